import type { ParserPlugin } from "@babel/parser";

const ALWAYS: ParserPlugin[] = ["explicitResourceManagement", "decoratorAutoAccessors"];
/** Dialects of one language that cannot be read at once; the first that reads the file will do. */
const JAVASCRIPT: ParserPlugin[][] = [
  ["jsx", "decorators"],
  ["jsx", "flow"],
];
const TYPESCRIPT: ParserPlugin[][] = [
  ["typescript", "decorators-legacy"],
  ["typescript", "decorators"],
];

/**
 * Whether Babel's parser reads a file of JavaScript or TypeScript. Lezer's grammars are made for editors and do not know all of the
 * newest syntax: what they stumble over is only a fault if this parser refuses it as well.
 */
export async function babelReads(path: string, text: string): Promise<boolean> {
  const { parse } = await import("@babel/parser");
  const typed = /\.[cm]?tsx?$/.test(path);
  const dialects = (typed ? TYPESCRIPT : JAVASCRIPT).map((plugins) => [
    ...ALWAYS,
    ...plugins,
    ...(path.endsWith(".tsx") ? (["jsx"] as const) : []),
  ]);
  return dialects.some((plugins) => {
    try {
      parse(text, { sourceType: "unambiguous", allowReturnOutsideFunction: true, plugins });
      return true;
    } catch {
      return false;
    }
  });
}
