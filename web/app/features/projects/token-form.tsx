import { Form, useNavigation } from "@remix-run/react";
import { faultOf, type PageProblem } from "../../lib/problem";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { ProblemNotice } from "../../ui/notice";
import { ROLE_WORDS, ROLES } from "./token-list";

export function TokenForm({ problem }: { problem: PageProblem | undefined }) {
  const busy = useNavigation().formData?.get("intent") === "make-token";
  return (
    <Form method="post" className="stack" preventScrollReset>
      {problem ? <ProblemNotice problem={problem} /> : null}
      <div className="field-row">
        <Field label="Name" error={faultOf(problem, "name")}>
          {(wiring) => (
            <input
              {...wiring}
              name="token_name"
              required
              maxLength={100}
              placeholder="Nightly import"
            />
          )}
        </Field>
        <Field label="Role" error={faultOf(problem, "role")}>
          {(wiring) => (
            <select {...wiring} name="role" defaultValue="operator">
              {ROLES.map((role) => (
                <option key={role} value={role}>
                  {ROLE_WORDS[role]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Days" error={faultOf(problem, "expires_in_days")}>
          {(wiring) => (
            <input
              {...wiring}
              name="days"
              type="number"
              min={1}
              max={365}
              defaultValue={90}
              required
            />
          )}
        </Field>
        <Button look="primary" name="intent" value="make-token" busy={busy}>
          Make a token
        </Button>
      </div>
    </Form>
  );
}
