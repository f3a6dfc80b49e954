/** A piece of HTML that is safe to send: made by `html` from literals and escaped values. */
export class Html {
  constructor(readonly text: string) {}
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
}

type Part = Html | string | number | null | false | Part[];

function render(part: Part): string {
  if (part === null || part === false) return "";
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(render).join("");
  return escapeHtml(String(part));
}

/** Every value is escaped unless it is `Html` already; null and false give nothing. */
export function html(literals: TemplateStringsArray, ...values: Part[]): Html {
  return new Html(
    literals.map((literal, index) => literal + render(values[index] ?? null)).join(""),
  );
}
