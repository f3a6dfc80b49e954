import type { Crash, StackFrame } from "../../domain/feedback";
import { frameName } from "../embedders/lexical/frame-features";
import type { SummaryMember } from "./summarizer";

/** The crash that most members tell, by type, and the share (0 to 1) of members that do. `null` when none tells one. */
export function commonCrash(
  members: readonly SummaryMember[],
): { crash: Crash; share: number } | null {
  const byType = new Map<string, Crash[]>();
  for (const { crash } of members) {
    if (!crash?.type) continue;
    byType.set(crash.type, [...(byType.get(crash.type) ?? []), crash]);
  }
  const [most] = [...byType.values()].sort((x, y) => y.length - x.length);
  return most ? { crash: most[0]!, share: most.length / members.length } : null;
}

/** `TypeError: cannot read id`, or `NullPointerException in Cart.total` when there is no message. Empty without a type. */
export function crashPhrase(crash: Crash): string {
  if (!crash.type) return "";
  const type = crash.type.split(/[.\\]/).at(-1)!;
  const message = crash.message?.trim().split("\n")[0] ?? "";
  if (message !== "") return /^(?:Error|Exception)$/.test(type) ? message : `${type}: ${message}`;
  const place = crashPlace(crash);
  return place ? `${type} in ${place}` : type;
}

/** Where it broke, as a developer says it: `Cart.total`, or `submit (checkout.ts)`. */
export function crashPlace(crash: Crash): string | null {
  const frame = crash.frames.find((one) => one.in_app) ?? crash.frames[0];
  return frame ? placeOf(frame) : null;
}

function placeOf(frame: StackFrame): string | null {
  const name = frameName(frame);
  if (!name || (!name.container && !name.name)) return null;
  if (!name.container || !name.name) return name.name || name.container;
  const isFile = frame.file !== null && name.container === frame.file.split(/[\\/]/).at(-1);
  return isFile ? `${name.name} (${name.container})` : `${name.container}.${name.name}`;
}
