import type { ByteCursor, Walk } from "./byte-cursor.js";
import { FAR_CONTAINERS, matches } from "./container-formats.js";

const LONGEST_SIGNATURE = 16;

/** Looks ahead for containers that are recognised far from the file's beginning, such as disk images. */
export function* farContainer(source: ByteCursor): Walk<string | undefined> {
  for (const signature of FAR_CONTAINERS) {
    const { name, at = 0 } = signature;
    if (at < source.position) continue;
    const bytes = yield* source.peekAt(at - source.position, LONGEST_SIGNATURE);
    if (matches(signature, bytes.toString("latin1"), at)) return name;
  }
  return undefined;
}
