import fc from "fast-check";
import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { columnNames, readCsvRows } from "../../../../web/app/features/import/csv-rows";
import { encodingOf, readText, UnreadableFile } from "../../../../web/app/features/import/decode";
import { readJsonRows } from "../../../../web/app/features/import/json-rows";
import { ROW_LIMIT, type Row } from "../../../../web/app/features/import/row";
import { previewOf, readRows } from "../../../../web/app/features/import/table";

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

/** A text in pieces of the given sizes, the last of which takes the rest. */
async function* pieces(text: string, sizes: number[]) {
  let at = 0;
  for (const size of sizes) {
    yield { text: text.slice(at, at + size), bytesRead: at + size };
    at += size;
  }
  yield { text: text.slice(at), bytesRead: text.length };
}

const cellsOf = (rows: Row[]) => rows.map((row) => ("cells" in row ? row.cells : row.fault));
const placed = (rows: Row[]) =>
  rows.map((row) => [row.line, "cells" in row ? Object.values(row.cells).join("|") : row.fault]);
const fileOf = (...parts: BlobPart[]) => new File(parts, "reports.csv");
const utf16 = (text: string, order: "le" | "be") => {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at++) {
    view.setUint16(at * 2, text.charCodeAt(at), order === "le");
  }
  return view.buffer;
};

describe("rows of CSV", () => {
  it("are the same, however the file is cut into pieces", async () => {
    const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", " ", "=", "é", "😀") });
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, fc.array(fc.nat(20), { maxLength: 12 }), async (rows, sizes) => {
        const text = Papa.unparse([["one", "two", "three"], ...rows], { newline: "\n" });
        const read = await all(readCsvRows(pieces(text, sizes)));
        const expected = rows.filter((row) => row.some((one) => one.trim() !== ""));
        expect(read.map((row) => "cells" in row && Object.values(row.cells))).toEqual(expected);
      }),
    );
  });

  it("know the line on which they begin, also behind cells of many lines", async () => {
    const text = 'title,body\nfirst,"a\nb\nc"\n\n"second\nline",x\nthird,y';
    expect(placed(await all(readCsvRows(pieces(text, [7, 9]))))).toEqual([
      [2, "first|a\nb\nc"],
      [6, "second\nline|x"],
      [8, "third|y"],
    ]);
  });

  it("lose only the line with an open quote", async () => {
    const text = 'title,body\nfirst,ok\nsecond,"open\nthird,ok\nfourth,ok\n';
    expect(placed(await all(readCsvRows(pieces(text, []))))).toEqual([
      [2, "first|ok"],
      [3, "A quotation mark is opened here and not closed."],
      [4, "third|ok"],
      [5, "fourth|ok"],
    ]);
  });

  it("lose only the line with an open quote in a file that is larger than a row may be", async () => {
    const count = ROW_LIMIT / 64;
    const rest = `${"x".repeat(77)},ok\n`.repeat(count);
    const rows = await all(readCsvRows(pieces(`title,body\na,"open\n${rest}`, [ROW_LIMIT])));
    expect(rows[0]).toMatchObject({ line: 2, text: 'a,"open' });
    expect(rows).toHaveLength(1 + count);
    expect(rows.at(-1)).toMatchObject({ line: 2 + count, cells: { body: "ok" } });
  });

  it("are refused when one is endless", async () => {
    const long = "y".repeat(ROW_LIMIT + 10);
    for (const sizes of [[], [100], [100, ROW_LIMIT, 3, 20]]) {
      const rows = await all(readCsvRows(pieces(`title\n${long}${long}\nok\n`, sizes)));
      expect(rows).toHaveLength(2);
      expect(rows[0]).toMatchObject({ line: 2, fault: expect.stringContaining("million") });
      expect(rows[1]).toMatchObject({ line: 3, cells: { title: "ok" } });
    }
  });

  it("end with a word about quotes when nearly everything is broken", async () => {
    const text = `a,b\n${'x,"y z\n'.repeat(500)}`;
    await expect(all(readCsvRows(pieces(text, [])))).rejects.toThrow(UnreadableFile);
  });

  it("take quotes inside of quotes as they were meant", async () => {
    const rows = await all(readCsvRows(pieces('t,b\n1,"He said "hi" to me"\n2,"a ""b"""\n', [])));
    expect(cellsOf(rows)).toEqual([
      { t: "1", b: 'He said "hi" to me' },
      { t: "2", b: 'a "b"' },
    ]);
  });

  it("may have more or fewer cells than columns", async () => {
    const rows = await all(readCsvRows(pieces("a,b\n1\n1,2,3\n", [])));
    expect(cellsOf(rows)).toEqual([{ a: "1" }, { a: "1", b: "2", "Column 3": "3" }]);
  });

  it("find semicolons and tabs by themselves", async () => {
    for (const mark of [";", "\t"]) {
      const rows = await all(readCsvRows(pieces(`a${mark}b\n1,5${mark}2\n3,5${mark}4\n`, [])));
      expect(cellsOf(rows)).toEqual([
        { a: "1,5", b: "2" },
        { a: "3,5", b: "4" },
      ]);
    }
  });

  it("have columns of different names", () => {
    expect(columnNames(["a", "", "a", " a ", "a (2)"])).toEqual([
      "a",
      "Column 2",
      "a (2)",
      "a (3)",
      "a (2) (2)",
    ]);
  });

  it("keep a column that is called __proto__ to themselves", async () => {
    const [row] = await all(readCsvRows(pieces("__proto__,b\nx,y\n", [])));
    expect(JSON.stringify(row)).toContain('"__proto__":"x"');
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
});

describe("rows of JSON Lines", () => {
  it("are objects, and a broken line costs only itself", async () => {
    const text = '{"title":"a"}\n\nnot json\n[1]\n{"title":"b"}';
    expect(placed(await all(readJsonRows(pieces(text, [3, 20]))))).toEqual([
      [1, "a"],
      [3, "This line is not a JSON object."],
      [4, "This line is not a JSON object."],
      [5, "b"],
    ]);
  });

  it("are refused when one is endless, and the next is read", async () => {
    const long = `{"title":"${"y".repeat(ROW_LIMIT * 2)}"}`;
    const sizes = Array.from({ length: 7 }, () => ROW_LIMIT / 4);
    const rows = await all(readJsonRows(pieces(`${long}\n{"title":"ok"}\n`, sizes)));
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ line: 1, fault: expect.stringContaining("million") });
    expect(rows[1]).toMatchObject({ line: 2, cells: { title: "ok" } });
  });
});

describe("a file", () => {
  it.each([
    ["UTF-8", [new TextEncoder().encode("title,body\r\nÄ,ö\r\n")]],
    ["UTF-8 with a mark", ["\uFEFFtitle,body\r\nÄ,ö\r\n"]],
    ["UTF-16 little endian", [utf16("\uFEFFtitle,body\r\nÄ,ö\r\n", "le")]],
    ["UTF-16 big endian", [utf16("\uFEFFtitle,body\r\nÄ,ö\r\n", "be")]],
    ["UTF-16 without a mark", [utf16("title,body\r\nÄ,ö\r\n", "le")]],
    ["Windows-1252", [new Uint8Array(Buffer.from("title,body\r\nÄ,ö\r\n", "latin1"))]],
    ["lone CR", ["title,body\rÄ,ö\r"]],
  ] as [string, BlobPart[]][])("is read in %s", async (_, parts) => {
    expect(cellsOf(await all(readRows(fileOf(...parts))))).toEqual([{ title: "Ä", body: "ö" }]);
  });

  it("is read in pieces that cut neither characters nor line ends", async () => {
    const line = "é😀".repeat(37);
    const text = `${line}\r\n`.repeat(4_000);
    const read = await all(readText(new Blob([text])));
    expect(read.length).toBeGreaterThan(3);
    expect(read.map((piece) => piece.text).join("")).toBe(`${line}\n`.repeat(4_000));
    expect(read.at(-1)!.bytesRead).toBe(Buffer.byteLength(text));
  });

  it("is refused with a word when it is a spreadsheet, no text, one list, or empty", async () => {
    expect(() => encodingOf(new Uint8Array([0x50, 0x4b, 3, 4]))).toThrow(/Save the sheet as CSV/);
    expect(() => encodingOf(new Uint8Array([65, 66, 0, 0, 1]))).toThrow(/no text/);
    await expect(previewOf(fileOf('[\n{"title":"a"}]'))).rejects.toThrow(/line of its own/);
    await expect(previewOf(fileOf(""))).rejects.toThrow(/no rows/);
    await expect(previewOf(fileOf("title,body\n"))).rejects.toThrow(/no rows/);
    await expect(previewOf(fileOf("{\n  not json\n}"))).rejects.toThrow(/JSON object/);
  });

  it("shows its columns and its first rows", async () => {
    const lines = Array.from({ length: 50 }, (_, at) => `t${at},b`).join("\n");
    const preview = await previewOf(fileOf(`title,body\n${lines}`));
    expect(preview).toMatchObject({ format: "csv", columns: ["title", "body"] });
    expect(preview.rows).toHaveLength(8);
    const json = await previewOf(fileOf('{"title":"a"}\n{"body":"b"}'));
    expect(json).toMatchObject({ format: "jsonl", columns: ["title", "body"] });
  });
});
