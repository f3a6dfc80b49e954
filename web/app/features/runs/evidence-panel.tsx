import { Form, useNavigation } from "@remix-run/react";
import type { EvidenceView, RunView } from "../../api.server";
import { Badge, type Tone } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { Words } from "../../ui/words";

const VERDICT_TONES: Record<EvidenceView["verdict"], Tone> = {
  proven: "good",
  weak: "warn",
  flaky: "warn",
  none: "quiet",
};

type Props = { run: RunView; evidence: EvidenceView; mayOpen: boolean };

/** What the tests showed before and after the change, what to look at, and what to do about a change without proof. */
export function EvidencePanel({ run, evidence, mayOpen }: Props) {
  return (
    <section className="evidence" aria-label="Evidence">
      <p className="run-line">
        <Badge tone={VERDICT_TONES[evidence.verdict]}>{evidence.verdict}</Badge>
        <Words>{evidence.because}</Words>
        {evidence.command ? <code>{evidence.command}</code> : null}
      </p>
      {run.findings ? <Findings run={run} mayOpen={mayOpen} /> : null}
      <TestTable tests={evidence.tests} />
      <Names title="Broken by the change" names={evidence.newly_failing} />
      <Names title="Flags" names={evidence.flags} />
      <Names
        title={`Failing before the change already (${evidence.preexisting_count})`}
        names={evidence.preexisting}
      />
      <Names title="Syntax not checked" names={evidence.unchecked} />
    </section>
  );
}

function Findings({ run, mayOpen }: { run: RunView; mayOpen: boolean }) {
  const busy = useNavigation().formData?.get("intent") === "open-findings";
  return (
    <Notice tone="plain">
      <p>
        No test reproduces the problem, so this change is kept as findings. An approver may open the
        draft pull request all the same; cancelling the run dismisses it.
      </p>
      {mayOpen ? (
        <Form method="post" preventScrollReset>
          <input type="hidden" name="run" value={run.id} />
          <Button look="primary" icon="pull" name="intent" value="open-findings" busy={busy}>
            Open the draft without proof
          </Button>
        </Form>
      ) : null}
    </Notice>
  );
}

function TestTable({ tests }: { tests: EvidenceView["tests"] }) {
  if (tests.length === 0) return null;
  return (
    <div className="table-scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Test</th>
            <th scope="col" title="The base with the new tests, without the change">
              Before
            </th>
            <th scope="col" title="The base with the whole change">
              After
            </th>
          </tr>
        </thead>
        <tbody>
          {tests.map((test) => (
            <tr key={test.name}>
              <td>
                <Words>{test.name}</Words>
                {test.reason ? (
                  <p className="faint">
                    <Words>{test.reason}</Words>
                  </p>
                ) : null}
              </td>
              <td>{inWords(test.before)}</td>
              <td>{inWords(test.after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** `failed 2×`, or one by one where the runs differ. */
function inWords(outcomes: string[]): string {
  const [first, ...rest] = outcomes;
  if (rest.length > 0 && rest.every((one) => one === first)) return `${first} ${outcomes.length}×`;
  return outcomes.join(", ");
}

function Names({ title, names }: { title: string; names: string[] }) {
  if (names.length === 0) return null;
  return (
    <details>
      <summary>{title}</summary>
      <ul>
        {names.map((name) => (
          <li key={name}>
            <Words>{name}</Words>
          </li>
        ))}
      </ul>
    </details>
  );
}
