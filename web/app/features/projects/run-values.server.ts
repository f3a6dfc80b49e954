import type { ProjectView } from "../../api.server";
import { oneOf, text } from "../../lib/form.server";
import { FINDINGS, type RunSettings } from "./run-fields";

type Settings = ProjectView["settings"];
type OfRuns = Pick<Settings, "findings" | "limits" | "concurrent_runs" | "soak_days">;

/** The part of the form that is about runs, as it was typed. */
export function typedRunSettings(form: FormData): RunSettings {
  return {
    findings: text(form, "findings"),
    minutes: text(form, "minutes"),
    turns: text(form, "turns"),
    usd: text(form, "usd"),
    concurrent_runs: text(form, "concurrent_runs"),
    soak_days: text(form, "soak_days"),
  };
}

/** The same as the API takes it. Empty means: as installed. What is no number goes as it is, for the API to refuse. */
export function runSettings(form: FormData): OfRuns {
  const limits = {
    minutes: number(form, "minutes"),
    turns: number(form, "turns"),
    usd: number(form, "usd"),
  };
  const any = Object.values(limits).some((limit) => limit !== undefined);
  return {
    findings: oneOf(form, "findings", FINDINGS),
    limits: any ? limits : undefined,
    concurrent_runs: number(form, "concurrent_runs"),
    soak_days: number(form, "soak_days"),
  };
}

function number(form: FormData, name: keyof RunSettings): number | undefined {
  const typed = text(form, name);
  return typed === "" ? undefined : Number(typed);
}
