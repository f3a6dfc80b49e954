import { Form, useNavigation } from "@remix-run/react";
import { faultOf, type PageProblem } from "../../lib/problem";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { ProblemNotice } from "../../ui/notice";
import { SOURCE_WAY_NAMES, SOURCE_WAYS } from "./source-ways";

export function AddSourceForm({ problem }: { problem: PageProblem | undefined }) {
  const busy = useNavigation().formData?.get("intent") === "add";
  return (
    <Form method="post" className="stack" preventScrollReset>
      {problem ? <ProblemNotice problem={problem} /> : null}
      <div className="field-row">
        <Field label="Kind" error={faultOf(problem, "kind")}>
          {(wiring) => (
            <select {...wiring} name="kind">
              {SOURCE_WAY_NAMES.map((way) => (
                <option key={way} value={way}>
                  {SOURCE_WAYS[way].label}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Name" error={faultOf(problem, "name")}>
          {(wiring) => (
            <input
              {...wiring}
              name="name"
              required
              maxLength={100}
              placeholder="Shop, production"
            />
          )}
        </Field>
        <Field label="Webhook secret" error={faultOf(problem, "secret")}>
          {(wiring) => (
            <input
              {...wiring}
              name="secret"
              type="password"
              autoComplete="off"
              placeholder="Empty: a new one"
            />
          )}
        </Field>
        <Button look="primary" name="intent" value="add" busy={busy}>
          Add source
        </Button>
      </div>
    </Form>
  );
}
