/** The look of the human pages; light or dark as the reader's system says. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --bg: #ffffff; --panel: #f6f8fa;
  --link: #0550ae; --green: #1a7f37; --purple: #8250df; --red: #cf222e; --grey: #59636e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --bg: #0d1117;
  --panel: #151b23; --link: #79b8ff; --green: #238636; --purple: #8957e5; --red: #da3633; --grey: #656c76; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.55 system-ui, sans-serif; }
header.top { display: flex; gap: 12px; align-items: baseline; padding: 14px 24px; background: var(--panel);
  border-bottom: 1px solid var(--line); }
header.top .mark { font-weight: 700; color: var(--ink); } header.top .what { color: var(--soft); font-size: 13px; }
main { max-width: 1080px; margin: 0 auto; padding: 24px; overflow-wrap: anywhere; }
h1 { font-size: 24px; line-height: 1.3; margin: 0 0 8px; } h1 .number { color: var(--soft); font-weight: 400; }
h2 { font-size: 17px; margin: 32px 0 10px; } h3 { font-size: 16px; margin: 16px 0 6px; } h4 { margin: 12px 0 4px; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
code, pre { font: 12.5px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
code { background: var(--panel); border-radius: 4px; padding: 1px 5px; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 12px; overflow: auto; }
pre code { background: none; padding: 0; }
blockquote { margin: 8px 0; padding-left: 12px; border-left: 3px solid var(--line); color: var(--soft); }
.box { border: 1px solid var(--line); border-radius: 8px; margin: 14px 0; overflow: hidden; }
.box > .head { background: var(--panel); border-bottom: 1px solid var(--line); padding: 8px 14px; color: var(--soft);
  font-size: 13.5px; } .box > .body { padding: 8px 14px; }
ul.rows { list-style: none; margin: 0; padding: 0; } ul.rows li { padding: 9px 14px; border-top: 1px solid var(--line); }
ul.rows li:first-child { border-top: 0; } .soft { color: var(--soft); }
.badge { display: inline-block; border-radius: 999px; padding: 2px 12px; color: #fff; font-size: 13px; font-weight: 600; }
.badge.open { background: var(--green); } .badge.merged, .badge.done { background: var(--purple); }
.badge.closed { background: var(--red); } .badge.draft { background: var(--grey); }
.badge.success { background: var(--green); } .badge.failure, .badge.error { background: var(--red); }
.badge.pending { background: var(--grey); }
form { display: inline; } form.block { display: block; margin: 14px 0; }
button { font: inherit; font-weight: 600; border-radius: 6px; border: 1px solid var(--line); background: var(--panel);
  color: var(--ink); padding: 6px 16px; cursor: pointer; }
button.main { background: var(--green); border-color: var(--green); color: #fff; }
button:disabled { opacity: .55; cursor: not-allowed; }
button:focus-visible, a:focus-visible, input:focus-visible, textarea:focus-visible { outline: 2px solid var(--link);
  outline-offset: 2px; }
label { display: block; font-weight: 600; margin: 8px 0 4px; }
input, textarea { width: 100%; font: inherit; color: inherit; background: var(--bg); border: 1px solid var(--line);
  border-radius: 6px; padding: 7px 10px; }
.box table { border-collapse: collapse; } .box > .body > table td { border: 1px solid var(--line); padding: 4px 10px; }
.acts { display: flex; flex-wrap: wrap; gap: 8px; margin: 14px 0; }
`;
