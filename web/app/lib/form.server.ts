/** A trimmed text field; empty when it is absent. */
export function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}

/** A text field as the API wants absent values: null. */
export function textOrNull(form: FormData, name: string): string | null {
  return text(form, name) || null;
}

/** The non-empty lines of a text area, list marks in front of them removed. */
export function lines(form: FormData, name: string): string[] {
  return text(form, name)
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, "").trim())
    .filter((line) => line !== "");
}

/** The field's value if it is one of the given, else undefined. */
export function oneOf<T extends string>(
  form: FormData | URLSearchParams,
  name: string,
  values: readonly T[],
): T | undefined {
  const value = form.get(name);
  return values.find((known) => known === value);
}
