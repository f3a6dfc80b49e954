import type { ReactNode } from "react";
import { CopyField } from "../../ui/copy-field";
import { Notice } from "../../ui/notice";

/** A secret on the one page that ever shows it. */
export function ShownOnce(props: {
  what: string;
  label: string;
  secret: string;
  children?: ReactNode;
}) {
  return (
    <Notice tone="good">
      <p>
        <strong>{props.what}</strong> Copy it now: it is stored sealed or hashed, and never shown
        again.
      </p>
      <CopyField label={props.label} value={props.secret} />
      {props.children}
    </Notice>
  );
}
