import { failureOf, testName, TESTS_LIMIT, type TestCase, type TestReport } from "./test-report";

const TAG =
  /<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->/g;
const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

type Open = {
  attributes: Record<string, string>;
  status: TestCase["status"];
  marks: string[];
  message: string;
  text: string;
};

/**
 * Reads JUnit XML as pytest, vitest, jest-junit, mocha's xunit, Maven, Gradle and PHPUnit write it. A scanner of tags, no XML
 * processor: no entity is declared or fetched. Null when there is no test suite in the text. Never throws.
 */
export function parseJunit(text: string): TestReport | null {
  const start = text.search(/<(?:testsuites?|testsuite)\b/);
  if (start < 0) return null;
  const tests: TestCase[] = [];
  const xml = text.slice(start);
  let open: Open | null = null;
  let inside = false;
  let last = 0;
  for (const tag of xml.matchAll(TAG)) {
    const between = xml.slice(last, tag.index);
    last = tag.index + tag[0].length;
    if (open && inside) open.text += decoded(between) + (tag[5] ?? "");
    const [, closing, name, attributes, empty] = tag;
    if (name === "testcase" || name === "test") {
      if (closing) {
        if (open) tests.push(caseOf(open));
        open = null;
      } else {
        open = {
          attributes: attributesOf(attributes ?? ""),
          status: "passed",
          marks: [],
          message: "",
          text: "",
        };
        if (empty) {
          tests.push(caseOf(open));
          open = null;
        }
      }
    } else if (open && (name === "failure" || name === "error")) {
      if (!closing) {
        const { type, message } = attributesOf(attributes ?? "");
        if (open.status !== "failed" && message) open.message = message;
        open.status = "failed";
        if (type) open.marks.push(type);
      }
      inside = !closing && !empty;
    } else if (open && name === "skipped" && open.status === "passed") open.status = "skipped";
    if (tests.length >= TESTS_LIMIT) break;
  }
  return { format: "junit", tests };
}

function caseOf(open: Open): TestCase {
  const { classname, file, name } = open.attributes;
  return {
    name: testName([classname ?? "", name ?? ""]),
    file:
      file ?? (classname && /[/.](?:[cm]?[jt]sx?|py|php|rb)$/.test(classname) ? classname : null),
    status: open.status,
    failure: open.status === "failed" ? failureOf(open.marks, whatFailed(open)) : null,
  };
}

/** Some writers repeat the message at the head of the text. */
function whatFailed({ message, text }: Open): string {
  return text.trimStart().startsWith(message) ? text : `${message}\n${text}`;
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, key, double, single] of text.matchAll(ATTRIBUTE)) {
    found[key!] = decoded(double ?? single ?? "");
  }
  return found;
}

const NAMED: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|amp|quot|apos));/g,
    (_, dec, hex, named) => {
      if (named) return NAMED[named]!;
      const point = dec ? Number(dec) : Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : "";
    },
  );
}
