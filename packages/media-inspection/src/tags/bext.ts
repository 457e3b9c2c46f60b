import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import { addTag } from "./tag-fields.js";
import { tagText, textSteps } from "./tag-text.js";

/** EBU Tech 3285, 2.3: where the description, the originator's reference and the date end. */
const DESCRIPTION_END = 256;
const DATE_START = 320;
const DATE_END = 330;

/** Reads a `bext` chunk up to the offset `end`: its description and its date. */
export function* readBroadcastExtension(source: ByteCursor, end: number): Walk<AudioTags> {
  const tags: AudioTags = {};
  const body = yield* source.take(Math.min(DATE_END, end - source.position));
  if (body.length < DATE_END) return tags;
  source.charge(2 * textSteps(DESCRIPTION_END));
  addTag(tags, "comment", tagText(body.subarray(0, DESCRIPTION_END), "guess"));
  addTag(tags, "year", tagText(body.subarray(DATE_START), "latin1"));
  return tags;
}
