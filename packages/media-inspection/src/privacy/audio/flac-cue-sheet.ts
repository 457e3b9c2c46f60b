/** RFC 9639, 8.7. */
const CATALOGUE_BYTES = 128;
const IS_CD_AT = 136;
const IS_CD = 0x80;
const TRACK_COUNT_AT = 395;
/** Of a track: its offset and number, ISRC, flags, reserved bytes, and how many index points follow. */
const ISRC_AT = 9;
const FLAGS_AT = 21;
const FLAGS = 0xc0;
const INDEX_COUNT_AT = 35;
/** Of an index point: its offset and number, and reserved bytes. */
const INDEX_BYTES = 12;
const INDEX_RESERVED_AT = 9;

/**
 * The body of a CUESHEET block without what identifies the disc and its tracks, and with zeros for reserved bits;
 * empty where it is cut.
 */
export function bareCueSheet(original: Buffer): Buffer {
  const body = Buffer.from(original);
  clear(body, 0, CATALOGUE_BYTES);
  keepBits(body, IS_CD_AT, IS_CD);
  clear(body, IS_CD_AT + 1, TRACK_COUNT_AT);
  let at = TRACK_COUNT_AT + 1;
  for (let tracks = body[TRACK_COUNT_AT] ?? 0; tracks > 0; tracks -= 1) {
    clear(body, at + ISRC_AT, at + FLAGS_AT);
    keepBits(body, at + FLAGS_AT, FLAGS);
    clear(body, at + FLAGS_AT + 1, at + INDEX_COUNT_AT);
    const indexes = body[at + INDEX_COUNT_AT] ?? 0;
    at += INDEX_COUNT_AT + 1;
    for (let index = 0; index < indexes; index += 1, at += INDEX_BYTES) {
      clear(body, at + INDEX_RESERVED_AT, at + INDEX_BYTES);
    }
  }
  return body.subarray(0, at <= body.length ? at : 0);
}

/** Clears as many as there are. */
function clear(body: Buffer, from: number, to: number): void {
  body.subarray(from, to).fill(0);
}

function keepBits(body: Buffer, at: number, mask: number): void {
  const bits = body[at];
  if (bits !== undefined) body[at] = bits & mask;
}
