/** What a value has to be for a call to get as far as the crash. Grows while the code that uses it is read. */
export class Shape {
  kind: "any" | "object" | "array" | "text" | "number" | "function" = "any";
  truthy = false;
  /** Where a function takes its callback; -1: it takes none. */
  callback = -1;
  readonly #fields = new Map<string, Shape>();
  readonly #spread: Shape | null;

  /** `spread`: an object literal that spreads another one shares its fields, beside its own. */
  constructor(spread: Shape | null = null) {
    this.#spread = spread;
  }

  /** The first use that says something decides; objects win over a guess. */
  become(kind: Shape["kind"]): void {
    if (this.kind === "any" || kind === "object") this.kind = kind;
  }

  field(name: string): Shape {
    const own = this.#fields.get(name);
    if (own) return own;
    if (this.#spread) {
      this.#spread.become("object");
      return this.#spread.field(name);
    }
    const made = new Shape();
    this.#fields.set(name, made);
    return made;
  }

  set(name: string, shape: Shape): void {
    this.#fields.set(name, shape);
  }

  /** The smallest value of this shape, as code; null when any value will do. */
  literal(): string | null {
    switch (this.kind) {
      case "any":
        return this.truthy ? '"x"' : null;
      case "array":
        return "[]";
      case "text":
        return '"x"';
      case "number":
        return "1";
      case "function":
        return this.callback < 0 ? "() => {}" : functionText(this.callback);
      case "object":
        return objectText(this.#fields);
    }
  }
}

function functionText(callback: number): string {
  const before = Array.from({ length: callback }, (_, index) => `_${index + 1}`);
  return `(${[...before, "done"].join(", ")}) => done()`;
}

function objectText(fields: Map<string, Shape>): string {
  const written = [...fields].flatMap(([name, shape]) => {
    const text = shape.literal();
    return text === null
      ? []
      : [`${/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)}: ${text}`];
  });
  return written.length === 0 ? "{}" : `{ ${written.join(", ")} }`;
}
