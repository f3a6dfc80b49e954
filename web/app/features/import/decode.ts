/** A piece of a file as text, and how many bytes of the file have been read with it. Line ends are all `\n`. */
export type TextPiece = { text: string; bytesRead: number };

/** A file that cannot be imported at all, in words for the person who chose it. */
export class UnreadableFile extends Error {}

const SAMPLE_BYTES = 64 * 1024;
/** Read in small pieces, so that the page draws in between and the bar moves smoothly. */
const PIECE_BYTES = 256 * 1024;

/**
 * The encoding of a text that begins with these bytes, as `TextDecoder` names it: by its byte order mark (UTF-8, UTF-16), by
 * the zero bytes of UTF-16 without a mark, else UTF-8 where the bytes are UTF-8, else Windows-1252, which older exports of
 * spreadsheets are in. Throws `UnreadableFile` for what is no text.
 */
export function encodingOf(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  if (a === 0x50 && b === 0x4b) {
    throw new UnreadableFile("This is a spreadsheet or an archive. Save the sheet as CSV first.");
  }
  if (a !== undefined && a !== 0 && b === 0) return "utf-16le";
  if (a === 0 && b !== undefined && b !== 0) return "utf-16be";
  if (bytes.includes(0)) throw new UnreadableFile("This file is no text.");
  try {
    // `stream`: the sample may end within a character.
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

/**
 * A file as text, piece by piece, without its byte order mark. Nothing is read ahead of what is asked for, so that a large
 * file is never in memory as a whole. Throws `UnreadableFile`.
 */
export async function* readText(file: Blob): AsyncGenerator<TextPiece> {
  const encoding = encodingOf(new Uint8Array(await file.slice(0, SAMPLE_BYTES).arrayBuffer()));
  const decoder = new TextDecoder(encoding);
  let held = "";
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    const bytesRead = Math.min(file.size, at + PIECE_BYTES);
    const isLast = bytesRead === file.size;
    const bytes = await bytesOf(file.slice(at, bytesRead));
    const text = held + decoder.decode(bytes, { stream: !isLast });
    // A CR at the end may be the first half of a CRLF.
    held = !isLast && text.endsWith("\r") ? "\r" : "";
    const whole = held ? text.slice(0, -1) : text;
    yield { text: whole.replace(/\r\n?/g, "\n"), bytesRead };
  }
}

async function bytesOf(part: Blob): Promise<ArrayBuffer> {
  try {
    return await part.arrayBuffer();
  } catch {
    throw new UnreadableFile("The file cannot be read any more. Was it changed or moved?");
  }
}
