import type { Box } from "../audio/m4a-boxes.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import { placeBytes } from "./place-observer.js";

/** Adobe, "XMP Specification Part 3", 1.2.7.1. */
const XMP = "be7acfcb97a942e89c71999491e3afac";
const UUID_BYTES = 16;

/** Reads a `uuid` box for the places in it, if it holds XMP. */
export function* readExtension(source: ByteCursor, box: Box): Walk<void> {
  if (source.places === undefined) return;
  const uuid = yield* source.take(Math.min(UUID_BYTES, box.end - source.position));
  if (uuid.toString("hex") === XMP) yield* readXmp(source, box);
}

/** Reads an XMP packet for the places in it. */
export function* readXmp(source: ByteCursor, box: Box): Walk<void> {
  if (source.places === undefined) return;
  const { position } = source;
  const size = placeBytes(box.end - position, source.limits.maxTagBytes);
  source.places.xml(position, yield* source.copy(size), true);
}
