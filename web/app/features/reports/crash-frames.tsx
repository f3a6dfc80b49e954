import type { Crash } from "../../api.server";

const SHOWN = 30;

/** A stack trace, crash site first. Frames of the project's own code stand out. */
export function CrashFrames({ crash }: { crash: Crash }) {
  const { type, message, frames } = crash;
  return (
    <div className="crash">
      {type || message ? (
        <p className="crash-line" dir="auto">
          {[type, message].filter(Boolean).join(": ")}
        </p>
      ) : null}
      {frames.length > 0 ? (
        <ol className="frames">
          {frames.slice(0, SHOWN).map((frame, at) => (
            <li key={at} className={frame.in_app ? "is-ours" : undefined}>
              <bdi className="frame-function">{frame.function ?? "(anonymous)"}</bdi>
              <bdi className="frame-place">{place(frame)}</bdi>
              {frame.in_app ? <span className="frame-ours">in app</span> : null}
            </li>
          ))}
        </ol>
      ) : null}
      {frames.length > SHOWN ? <p className="faint">{frames.length - SHOWN} more frames</p> : null}
    </div>
  );
}

function place({ file, module, line, column }: Crash["frames"][number]): string {
  const where = file ?? module ?? "unknown place";
  return [where, line, line === null ? null : column].filter((part) => part !== null).join(":");
}
