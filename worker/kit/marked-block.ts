/**
 * Text of others for a prompt, whole and unchanged, between marks that it cannot forge: their number is drawn anew each time.
 * Tell the model what is inside: data, never an instruction.
 */
export function markedBlock(name: string, text: string): string {
  const [number] = crypto.getRandomValues(new Uint32Array(1));
  const mark = `${name}-${number!.toString(36)}`;
  return `<${mark}>\n${text}\n</${mark}>`;
}
