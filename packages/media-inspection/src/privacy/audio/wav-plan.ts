import { MIN_UNKNOWN_SIZE } from "../../audio/wav-data.js";
import type { WavChunk } from "../../audio/wav-chunks.js";
import { WAV_EXTENSIBLE, WAV_FLOAT, WAV_PCM } from "../../audio/wav-format.js";
import { walkWav } from "../../audio/wav-walker.js";
import type { ByteCursor, Walk } from "../../byte-cursor.js";
import { MAX_KEPT_PICTURE_BYTES } from "../../tags/kept-content.js";
import type { EditPlan, RemovedKind } from "../edit-plan.js";
import type { AudioPlanOptions } from "./audio-plan-options.js";
import { joined, uint32le } from "./byte-parts.js";
import { EditList } from "../edit-list.js";
import { id3v2Extras } from "./id3v2-writer.js";
import { keptTags } from "./kept-tags.js";
import { infoList, riffChunk } from "./riff-writer.js";

const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
/** What a player needs besides the audio, in the order in which it is written. */
const NEEDED = ["ds64", "fmt ", "fact"];
const MAX_NEEDED_BYTES = 64 * 1024;
/** What we write ourselves. */
const OWN = ["LIST", "id3 "];
const MAX_OWN_BYTES = MAX_KEPT_PICTURE_BYTES + 1024 * 1024;
/** The fields of WAVEFORMATEX without an extension, which PCM does not have. */
const PLAIN_FORMAT_BYTES = 18;
const EXTENSIBLE_FORMAT_BYTES = 40;
const SAMPLES_PER_BLOCK_BYTES = 2;
const FACT_BYTES = 4;
/** Of `ds64`: the sizes of file and audio, the samples, and how many sizes of other chunks follow. */
const LONG_SIZES_BYTES = 28;
const COUNT_AT = 24;

const KINDS: ReadonlyMap<string, RemovedKind> = new Map<string, RemovedKind>([
  ...["LIST", "id3 ", "ID3 ", "bext", "iXML", "cart"].map((type) => [type, "tags"] as const),
  ["_PMX", "xmp"],
]);

/** What was found in a WAV. */
interface Found {
  needed: Map<string, Buffer>;
  /** The chunks before the audio, as far as they may stay, and those of them that hold tags. */
  before: Buffer[];
  own: Buffer[];
  removed: Set<RemovedKind>;
  /** What the chunk of the audio says. */
  claimedBytes: number;
  /** From the chunk's header up to the last byte of audio. */
  soundStart: number;
  soundEnd: number;
}

/**
 * Keeps the format, the number of samples and the audio of a WAV, and writes its tags anew in front of the
 * audio: a list of texts, and an ID3v2 tag if there is a cover or a chapter.
 *
 * @throws InspectionError (`invalid_media`) as an inspection does
 */
export function* planWav(
  source: ByteCursor,
  { leading, stripPicture, content }: AudioPlanOptions,
): Walk<EditPlan> {
  const start = source.position;
  const riff = yield* source.copy(RIFF_HEADER_BYTES);
  const found: Found = {
    ...{ needed: new Map(), before: [], own: [], removed: new Set() },
    ...{ claimedBytes: 0, soundStart: 0, soundEnd: 0 },
  };
  source.keepTail(1);
  const facts = yield* walkWav(source, leading.tags, {
    chunk: (chunk, header) => readChunk(source, chunk, header, found),
    data: (from, to) => {
      found.soundStart = from;
      found.soundEnd = to;
    },
  });
  const fileEnd = source.position;
  const { soundStart, soundEnd, removed } = found;

  const tags = yield* keptTags(source, facts, content, stripPicture);
  const extras = id3v2Extras(tags);
  const written = joined(infoList(tags), extras.length > 0 ? riffChunk("id3 ", extras) : "");
  if (!joined(...found.own).equals(written)) removed.add("tags");
  const head = headOf(riff, found, written);
  if (isCut(found.needed)) removed.add("application-data");
  const padding = Buffer.alloc((soundEnd - soundStart) % 2);
  const behind = fileEnd - soundEnd;
  const isPadded = behind === padding.length && padding.equals(source.tail().subarray(-behind));
  const endsWell = behind === 0 || isPadded;

  const edits = new EditList();
  if (start > 0) removed.add("tags");
  const original = joined(riff, ...found.before);
  const isSame = soundStart === head.length && original.equals(head);
  // A wrong size of the file alone is left as it is.
  const hasSameChunks = soundStart === head.length && tail(original).equals(tail(head));
  if (!isSame && !(hasSameChunks && endsWell)) edits.replace(0, soundStart, head, ...removed);
  if (!endsWell) edits.replace(soundEnd, fileEnd, padding, "trailer");
  return edits.plan();
}

function* readChunk(
  source: ByteCursor,
  { type, size }: WavChunk,
  header: Buffer,
  found: Found,
): Walk<void> {
  const { needed, before, own, removed, soundStart } = found;
  const isBefore = soundStart === 0;
  if (type === "data" && isBefore) {
    found.claimedBytes = size;
    return;
  }
  const isNeeded = NEEDED.includes(type) && size <= MAX_NEEDED_BYTES;
  const isOwn = OWN.includes(type) && size <= MAX_OWN_BYTES && isBefore;
  if (!isNeeded && !isOwn) {
    removed.add(KINDS.get(type) ?? "application-data");
    return;
  }
  const body = yield* source.copy(size + (size % 2));
  if (isBefore) before.push(header, body);
  if (isOwn) own.push(header, body);
  // As in an inspection, the first format and the last of the others count.
  if (isNeeded && !(type === "fmt " && needed.has(type))) needed.set(type, body.subarray(0, size));
}

/** What comes before the audio. */
function headOf(riff: Buffer, { needed, claimedBytes, ...found }: Found, tags: Buffer): Buffer {
  const longSizes = needed.get("ds64");
  const isLong = longSizes !== undefined && longSizes.length >= LONG_SIZES_BYTES;
  const soundBytes = found.soundEnd - found.soundStart;
  const rest = joined(
    ...chunk("fmt ", formatOf(needed.get("fmt "))),
    ...chunk("fact", needed.get("fact")?.subarray(0, FACT_BYTES)),
    tags,
  );
  const longBytes = isLong ? CHUNK_HEADER_BYTES + LONG_SIZES_BYTES : 0;
  const riffBytes = 4 + longBytes + rest.length + soundBytes + (soundBytes % 2);
  const isUnknown = claimedBytes === 0 || claimedBytes >= MIN_UNKNOWN_SIZE;
  return joined(
    riff.subarray(0, 4),
    isUnknown ? riff.subarray(4, 8) : uint32le(riffBytes),
    "WAVE",
    isLong ? riffChunk("ds64", longSizesOf(longSizes, riffBytes)) : "",
    rest,
  );
}

function tail(head: Buffer): Buffer {
  return head.subarray(RIFF_HEADER_BYTES);
}

/** Whether a chunk has more than a player needs of it. */
function isCut(needed: ReadonlyMap<string, Buffer>): boolean {
  const [format, fact] = [needed.get("fmt "), needed.get("fact")];
  return formatOf(format)?.length !== format?.length || (fact?.length ?? 0) > FACT_BYTES;
}

function chunk(type: string, body: Buffer | undefined): Buffer[] {
  return body === undefined ? [] : [riffChunk(type, body)];
}

function formatOf(body: Buffer | undefined): Buffer | undefined {
  if (body === undefined || body.length < PLAIN_FORMAT_BYTES) return body;
  const tag = body.readUInt16LE(0);
  if ([WAV_PCM, WAV_FLOAT].includes(tag)) return body.subarray(0, PLAIN_FORMAT_BYTES);
  if (tag === WAV_EXTENSIBLE) return body.subarray(0, EXTENSIBLE_FORMAT_BYTES);
  // The extension of some says that it has no bytes.
  const extension = Math.max(body.readUInt16LE(PLAIN_FORMAT_BYTES - 2), SAMPLES_PER_BLOCK_BYTES);
  return body.subarray(0, PLAIN_FORMAT_BYTES + extension);
}

function longSizesOf(original: Buffer, riffBytes: number): Buffer {
  const sizes = Buffer.from(original.subarray(0, LONG_SIZES_BYTES));
  sizes.writeBigUInt64LE(BigInt(riffBytes), 0);
  sizes.writeUInt32LE(0, COUNT_AT);
  return sizes;
}
