import { soundFields } from "../../audio/m4a-sound-fields.js";
import { joined } from "./byte-parts.js";
import { withoutRest } from "./m4a-fields.js";
import { box, boxesIn, type MemoryBox } from "./m4a-tree.js";

const LIST_HEADER_BYTES = 8;
/** What decoders need of a sound's entry; QuickTime has the same in a `wave` box, which ends with a box of zeros. */
const NEEDED = [
  ...["esds", "alac", "dfLa", "dOps", "dac3", "dec3", "srat", "chan", "chnl", "btrt", "wave"],
  ...["frma", "mp4a", "enda", "\0\0\0\0"],
];
/** RFC 9639, 8.1: STREAMINFO as the last block, behind version and flags. */
const STREAMINFO_BYTES = 34;
const LAST_STREAMINFO = [0x80, 0, 0, STREAMINFO_BYTES];

/** An `stsd` box of a sound whose entries hold only what decoders need. */
export function soundEntries({ body }: MemoryBox): Buffer {
  const version = body[0] ?? 0;
  const entries = boxesIn(body.subarray(LIST_HEADER_BYTES)).map((entry) => {
    const fields = soundFields(entry.body, version);
    if (fields === undefined) return entry.whole;
    const boxes = boxesIn(entry.body.subarray(fields.boxesAt)).flatMap(neededBox);
    return box(entry.type, entry.body.subarray(0, fields.boxesAt), ...boxes);
  });
  return box("stsd", body.subarray(0, LIST_HEADER_BYTES), ...entries);
}

function neededBox(child: MemoryBox): Buffer[] {
  if (!NEEDED.includes(child.type)) return [];
  if (child.type === "wave") return [box("wave", ...boxesIn(child.body).flatMap(neededBox))];
  return [child.type === "dfLa" ? flacConfig(child) : withoutRest(child).whole];
}

/** FLAC's blocks of comments and pictures may stand here too. */
function flacConfig({ whole, body }: MemoryBox): Buffer {
  const isUsual = body.length >= 8 + STREAMINFO_BYTES && ((body[4] ?? 0) & 0x7f) === 0;
  if (!isUsual) return whole;
  const info = body.subarray(8, 8 + STREAMINFO_BYTES);
  return box("dfLa", joined(body.subarray(0, 4), ...LAST_STREAMINFO, info));
}
