import { DomainError } from "../domain/errors";
import type { IngestDeps } from "./deps";

/** Reads a delivery; when it cannot be read, the people of the project see why. Throws what `read` throws. */
export async function noteRefusal<T>(
  deps: IngestDeps,
  sourceId: string,
  read: () => T | Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DomainError) {
      const words = `A delivery could not be read: ${error.detail}`;
      await deps.meter(sourceId).note({
        ...(error.code === "body_too_large" ? { dropped: { too_large: 1 } } : { refused: 1 }),
        error: words,
      });
    }
    throw error;
  }
}
