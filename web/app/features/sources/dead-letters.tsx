import { Form, useNavigation } from "@remix-run/react";
import type { SourceView } from "../../api.server";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Pager } from "../../ui/pager";
import { Time } from "../../ui/time";
import { Words } from "../../ui/words";
import { SourceMark } from "../reports/source-mark";
import type { Letter } from "./letter-actions.server";

type Props = {
  letters: Letter[];
  next: string | null;
  sources: Pick<SourceView, "id" | "kind" | "name">[];
  mayAct: boolean;
};

/** Deliveries that were genuine and could not be stored: nothing of them is lost, and they wait here. */
export function DeadLetters({ letters, next, sources, mayAct }: Props) {
  return (
    <Card title="Could not be stored" id="letters">
      <p className="section-note">
        These deliveries came in and could not be stored, although they were tried several times.
        They wait here until they are stored or deleted.
      </p>
      <ol className="letters" aria-label="Deliveries, newest first">
        {letters.map((letter) => (
          <DeadLetter
            key={letter.id}
            letter={letter}
            source={sources.find(({ id }) => id === letter.source_id)}
            mayAct={mayAct}
          />
        ))}
      </ol>
      <Pager next={next} />
    </Card>
  );
}

type LetterProps = {
  letter: Letter;
  source: Props["sources"][number] | undefined;
  mayAct: boolean;
};

function DeadLetter({ letter, source, mayAct }: LetterProps) {
  const pending = useNavigation().formData;
  const busy = pending?.get("letter") === letter.id && pending.get("intent") === "letter-replay";
  return (
    <li className="letter">
      <div className="source-head">
        {source ? (
          <>
            <SourceMark kind={source.kind} named={false} />
            <b>
              <Words>{source.name}</Words>
            </b>
          </>
        ) : (
          <span className="faint">A source that is gone</span>
        )}
        <span className="faint">
          <Time at={letter.failed_at} />
        </span>
        {mayAct ? (
          <div className="source-actions">
            <Form method="post" preventScrollReset>
              <input type="hidden" name="letter" value={letter.id} />
              <Button icon="run" name="intent" value="letter-replay" busy={busy}>
                Try again
              </Button>
            </Form>
            <details className="confirm">
              <summary className="button button-quiet">Delete</summary>
              <Form method="post" preventScrollReset className="confirm-box">
                <p>The delivery is gone for good, and no report is made of it.</p>
                <input type="hidden" name="letter" value={letter.id} />
                <Button look="danger" name="intent" value="letter-remove">
                  Delete the delivery
                </Button>
              </Form>
            </details>
          </div>
        ) : null}
      </div>
      <p className="source-error">
        <bdi>{letter.error}</bdi>
      </p>
      <details className="letter-view">
        <summary>The delivery</summary>
        {/* Scrolls, so it must take the focus for those who use the keyboard. */}
        <pre
          className="letter-text"
          dir="auto"
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region
          tabIndex={0}
        >
          {letter.text}
        </pre>
        {letter.cut ? <p className="faint">Cut here; the API has all of it.</p> : null}
      </details>
    </li>
  );
}
