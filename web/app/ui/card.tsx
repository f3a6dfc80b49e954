import type { ReactNode } from "react";

type Props = { title: string; id?: string; actions?: ReactNode; children: ReactNode };

/** A titled block of a page, and a landmark by its title. */
export function Card({ title, id, actions, children }: Props) {
  const titleId = `${id ?? title.toLowerCase().replace(/\W+/g, "-")}-title`;
  return (
    <section className="card" id={id} aria-labelledby={titleId}>
      <header className="card-head">
        <h2 id={titleId}>{title}</h2>
        {actions ? <div className="card-actions">{actions}</div> : null}
      </header>
      {children}
    </section>
  );
}
