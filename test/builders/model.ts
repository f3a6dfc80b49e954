import { env } from "cloudflare:workers";
import type { RecordedBody, ScriptInput } from "../world/model";
import type { Fault, RecordedRequest } from "../world/stand-in";

/** What the played model will say. */
export function script(given: ScriptInput): Promise<void> {
  return post("script", given);
}

export function modelFault(given: Fault): Promise<void> {
  return post("faults", given);
}

export function resetModel(): Promise<void> {
  return post("reset", {});
}

export async function modelRequests(): Promise<RecordedRequest[]> {
  return (await fetch(`${env.WORLD.model}/__world/requests`)).json();
}

export async function modelBodies(): Promise<RecordedBody[]> {
  return (await fetch(`${env.WORLD.model}/__world/bodies`)).json();
}

async function post(what: string, body: unknown): Promise<void> {
  const response = await fetch(`${env.WORLD.model}/__world/${what}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${what}: ${response.status} ${await response.text()}`);
}
