import { text, textOrNull } from "../../lib/form.server";
import type { ProjectValues } from "./project-fields";

/** A project's form as the API takes it. */
export function projectValues(form: FormData): ProjectValues {
  return {
    name: text(form, "name"),
    github_repo: textOrNull(form, "github_repo"),
    base_branch: textOrNull(form, "base_branch"),
    path_prefix: textOrNull(form, "path_prefix"),
    setup_command: textOrNull(form, "setup_command"),
    test_command: textOrNull(form, "test_command"),
    approval_required: form.has("approval_required"),
  };
}
