import { Form } from "@remix-run/react";
import { useState } from "react";
import type { WhatIfView } from "../../api.server";
import { faultOf, type PageProblem } from "../../lib/problem";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { formatSimilarity } from "../clusters/decision-words";
import { METHODS, METHOD_WORDS } from "./methods";

type Props = Pick<WhatIfView, "threshold" | "method"> & {
  busy: boolean;
  problem: PageProblem | undefined;
};

/** The line as a slider, and the strategy. */
export function WhatIfForm({ threshold, method, busy, problem }: Props) {
  const [line, setLine] = useState(threshold);
  return (
    <Form method="post" className="stack" preventScrollReset>
      <Field
        label={
          <>
            Similarity line: <output>{formatSimilarity(line)}</output>
          </>
        }
        hint="Lower joins more, higher parts more."
        error={faultOf(problem, "threshold")}
      >
        {(wiring) => (
          <input
            {...wiring}
            type="range"
            name="threshold"
            min={0.5}
            max={0.98}
            step={0.01}
            value={line}
            onChange={(event) => setLine(Number(event.currentTarget.value))}
          />
        )}
      </Field>
      <Field label="Strategy" error={faultOf(problem, "method")}>
        {(wiring) => (
          <select {...wiring} name="method" defaultValue={method}>
            {METHODS.map((name) => (
              <option key={name} value={name}>
                {METHOD_WORDS[name]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <div className="form-actions">
        <Button look="primary" name="intent" value="preview" busy={busy}>
          Preview
        </Button>
      </div>
    </Form>
  );
}
