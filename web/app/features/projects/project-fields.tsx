import type { ProjectView } from "../../api.server";
import { faultOf, type PageProblem } from "../../lib/problem";
import { Field } from "../../ui/field";

export type ProjectValues = Pick<
  ProjectView,
  | "name"
  | "github_repo"
  | "base_branch"
  | "path_prefix"
  | "setup_command"
  | "test_command"
  | "approval_required"
>;

export const NEW_PROJECT: ProjectValues = {
  name: "",
  github_repo: null,
  base_branch: null,
  path_prefix: null,
  setup_command: null,
  test_command: null,
  approval_required: true,
};

type Props = { values: ProjectValues; problem: PageProblem | undefined };

/** What a project is and how its code is set up and tested. */
export function ProjectFields({ values, problem }: Props) {
  return (
    <>
      <Field label="Name" error={faultOf(problem, "name")}>
        {(wiring) => (
          <input {...wiring} name="name" required maxLength={100} defaultValue={values.name} />
        )}
      </Field>
      <Field
        label="Repository"
        hint="owner/name on your code host. Fixes become draft pull requests there."
        error={faultOf(problem, "github_repo")}
      >
        {(wiring) => (
          <input
            {...wiring}
            name="github_repo"
            placeholder="owner/name"
            defaultValue={values.github_repo ?? ""}
          />
        )}
      </Field>
      <div className="field-pair">
        <Field
          label="Base branch"
          hint="Empty: the repository’s default."
          error={faultOf(problem, "base_branch")}
        >
          {(wiring) => (
            <input {...wiring} name="base_branch" defaultValue={values.base_branch ?? ""} />
          )}
        </Field>
        <Field
          label="Folder"
          hint="For a project inside a larger repository."
          error={faultOf(problem, "path_prefix")}
        >
          {(wiring) => (
            <input {...wiring} name="path_prefix" defaultValue={values.path_prefix ?? ""} />
          )}
        </Field>
      </div>
      <div className="field-pair">
        <Field
          label="Set-up command"
          hint="Runs in the sandbox before it is locked."
          error={faultOf(problem, "setup_command")}
        >
          {(wiring) => (
            <input
              {...wiring}
              className="code-input"
              name="setup_command"
              placeholder="npm ci"
              defaultValue={values.setup_command ?? ""}
            />
          )}
        </Field>
        <Field
          label="Test command"
          hint="Runs before and after the fix: the evidence."
          error={faultOf(problem, "test_command")}
        >
          {(wiring) => (
            <input
              {...wiring}
              className="code-input"
              name="test_command"
              placeholder="npm test"
              defaultValue={values.test_command ?? ""}
            />
          )}
        </Field>
      </div>
      <label className="check">
        <input type="checkbox" name="approval_required" defaultChecked={values.approval_required} />
        A person must approve the plan before any code is written
      </label>
    </>
  );
}
