import { Link } from "@remix-run/react";
import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Icon, type IconName } from "./icon";

type Look = "primary" | "plain" | "quiet" | "danger";

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: Look;
  icon?: IconName;
  /** The form is under way: says so to assistive technology and ignores further clicks. */
  busy?: boolean;
};

export function Button({ look = "plain", icon, busy = false, children, ...rest }: ButtonProps) {
  return (
    <button
      type="submit"
      {...rest}
      className={`button button-${look}`}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else rest.onClick?.(event);
      }}
    >
      {icon ? <Icon name={icon} /> : null}
      {children}
    </button>
  );
}

type LinkProps = { to: string; look?: Look; icon?: IconName; children: ReactNode };

/** A link that looks like a button: it leads somewhere, it changes nothing. */
export function ButtonLink({ to, look = "plain", icon, children }: LinkProps) {
  return (
    <Link to={to} className={`button button-${look}`}>
      {icon ? <Icon name={icon} /> : null}
      {children}
    </Link>
  );
}
