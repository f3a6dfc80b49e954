import { Form, useNavigation } from "@remix-run/react";
import type { SourceView } from "../../api.server";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { LEVELS } from "./levels";

/** What a source lets through: environments and levels of Sentry, senders of mail. GitHub tells neither. */
export function SourceFilters({ source, saved }: { source: SourceView; saved: boolean }) {
  const pending = useNavigation().formData;
  if (source.kind !== "sentry" && source.kind !== "email") return null;
  const { settings } = source;
  const busy = pending?.get("intent") === "filter" && pending.get("source") === source.id;
  const active = Object.keys(settings).length > 0;
  return (
    <details className="source-filters" open={saved || undefined}>
      <summary>{active ? "Filters (on)" : "Filters"}</summary>
      <Form method="post" preventScrollReset className="stack">
        <input type="hidden" name="source" value={source.id} />
        {source.kind === "sentry" ? (
          <>
            <Field label="Environments" hint="One per line. Empty: all.">
              {(wiring) => (
                <textarea
                  {...wiring}
                  name="environments"
                  rows={2}
                  defaultValue={settings.environments?.join("\n")}
                />
              )}
            </Field>
            <fieldset className="levels">
              <legend>Levels (none ticked: all)</legend>
              {LEVELS.map((level) => (
                <label key={level}>
                  <input
                    type="checkbox"
                    name="levels"
                    value={level}
                    defaultChecked={settings.levels?.includes(level)}
                  />{" "}
                  {level}
                </label>
              ))}
            </fieldset>
          </>
        ) : (
          <Field label="Who may write" hint="An address or @domain per line. Empty: everybody.">
            {(wiring) => (
              <textarea
                {...wiring}
                name="senders"
                rows={3}
                defaultValue={settings.allowed_senders?.join("\n")}
              />
            )}
          </Field>
        )}
        <Button name="intent" value="filter" busy={busy}>
          {saved ? "Saved" : "Save filters"}
        </Button>
      </Form>
    </details>
  );
}
