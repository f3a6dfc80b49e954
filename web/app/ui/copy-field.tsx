import { useEffect, useId, useState } from "react";
import { useHydrated } from "../lib/use-hydrated";
import { Button } from "./button";

type Props = { label: string; value: string; multiline?: boolean };

/** A value to take away: selectable without JavaScript, one click with it. */
export function CopyField({ label, value, multiline = false }: Props) {
  const id = useId();
  const [copied, setCopied] = useState(false);
  const scripted = useHydrated();
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  async function copy() {
    await navigator.clipboard.writeText(value);
    setCopied(true);
  }
  const box = { id, className: "copy-value", readOnly: true, spellCheck: false, value };
  return (
    <div className="copy-field">
      <label className="copy-label" id={`${id}-label`} htmlFor={id}>
        {label}
      </label>
      <div className="copy-row">
        {multiline ? (
          <textarea {...box} rows={value.split("\n").length} wrap="off" />
        ) : (
          <input {...box} onFocus={(event) => event.currentTarget.select()} />
        )}
        {scripted ? (
          <Button
            type="button"
            icon={copied ? "check" : "copy"}
            aria-describedby={`${id}-label`}
            onClick={() => void copy()}
          >
            {copied ? "Copied" : "Copy"}
          </Button>
        ) : null}
      </div>
      <output className="visually-hidden">{copied ? `${label} copied` : ""}</output>
    </div>
  );
}
