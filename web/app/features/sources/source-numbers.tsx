import type { SourceView } from "../../api.server";
import { formatCount } from "../../lib/count";
import { Time } from "../../ui/time";
import { Words } from "../../ui/words";

/** What became of everything that a source brought. */
export function SourceNumbers({ counts }: { counts: SourceView["counts"] }) {
  const numbers = [
    ["accepted", counts.accepted],
    ["known already", counts.duplicate],
    ["filtered out", counts.filtered],
    ["refused", counts.refused],
  ] as const;
  return (
    <p className="faint">
      {numbers.map(([word, count]) => `${formatCount(count)} ${word}`).join(" · ")}
    </p>
  );
}

/** The repositories or subreddits of a polled source: when each was read last, and what went wrong with it. */
export function PolledTargets({ polled }: { polled: NonNullable<SourceView["polled"]> }) {
  return (
    <>
      <p className="faint">
        Asked every {polled.every_minutes} minutes; next <Time at={polled.next_at} />
      </p>
      {polled.targets.length > 0 ? (
        <ul className="source-targets" aria-label="What is asked">
          {polled.targets.map((target) => (
            <li key={target.name}>
              <Words>{target.name}</Words>{" "}
              <span className="faint">
                {target.polled_at ? (
                  <>
                    read <Time at={target.polled_at} />
                  </>
                ) : (
                  "not read to its end yet"
                )}
              </span>
              {target.last_error ? (
                <p className="source-error">
                  <bdi>{target.last_error}</bdi>
                </p>
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}
