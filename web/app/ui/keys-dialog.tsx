import { useEffect, useRef } from "react";
import { isTyping } from "../lib/use-row-keys";
import { Button } from "./button";

const KEYS: [keys: string[], what: string][] = [
  [["j", "k"], "Next and previous row"],
  [["Enter"], "Open the row"],
  [["Tab"], "Next link, button or field"],
  [["?"], "This list"],
  [["Esc"], "Close it"],
];

/** The keys of the dashboard, under `?`. */
export function KeysDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "?" || isTyping(event.target) || dialog.current?.open) return;
      event.preventDefault();
      dialog.current?.showModal();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <dialog ref={dialog} className="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl>
        {KEYS.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <Button look="plain">Close</Button>
      </form>
    </dialog>
  );
}
