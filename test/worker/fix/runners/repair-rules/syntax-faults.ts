import ts from "typescript";

/** What the TypeScript compiler says against the syntax of a file: a second opinion beside the parser of the rule. */
export function syntaxFaults(path: string, source: string): string[] {
  const { diagnostics = [] } = ts.transpileModule(source, {
    fileName: path,
    reportDiagnostics: true,
    compilerOptions: { allowJs: true, jsx: ts.JsxEmit.Preserve, target: ts.ScriptTarget.ESNext },
  });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
