import type { Box } from "../../audio/m4a-boxes.js";
import type { ByteCursor, Walk } from "../../byte-cursor.js";
import type { RemovedKind } from "../edit-plan.js";
import type { EditList, Range } from "../edit-list.js";
import { knownBrands } from "./m4a-brands.js";
import { fieldBytes } from "./m4a-fields.js";
import { boxesIn, findBox, type MemoryBox } from "./m4a-tree.js";
import { mergedRanges, unclear } from "./m4a-samples.js";

const MAX_FRAGMENT_BYTES = 16 * 1024 * 1024;
/** 65,535 references. */
const MAX_INDEX_BYTES = 1024 * 1024;
/** What stays of a fragmented file from its first index or fragment on, and in a fragment and its tracks. */
const KEPT = ["sidx", "styp"];
const KEPT_IN_FRAGMENT = ["mfhd", "traf"];
const KEPT_IN_TRACK = ["tfhd", "tfdt", "trun", "sbgp", "sgpd"];
const KINDS: ReadonlyMap<string, RemovedKind> = new Map<string, RemovedKind>([
  ["prft", "timestamp"],
  ["meta", "tags"],
  ["udta", "tags"],
]);
const PADDING = ["free", "skip", "wide"];
const BLANKED: readonly RemovedKind[] = ["application-data"];
const FREE = Buffer.from("free");
const ZEROS = Buffer.alloc(64 * 1024);

/** ISO/IEC 14496-12, 8.8.7 and 8.8.8: flags of `tfhd` and `trun`. */
const HAS_BASE_OFFSET = 0x01;
const HAS_DESCRIPTION = 0x02;
const HAS_DEFAULT_DURATION = 0x08;
const HAS_DEFAULT_SIZE = 0x10;
const DEFAULT_BASE_IS_FRAGMENT = 0x20000;
const HAS_DATA_OFFSET = 0x01;
const HAS_FIRST_FLAGS = 0x04;
const HAS_DURATION = 0x100;
const HAS_SIZE = 0x200;
const SAMPLE_FIELDS = [HAS_DURATION, HAS_SIZE, 0x400, 0x800];

/** What a movie says of its fragments. */
export interface FragmentedMovie {
  /** Samples that `moov` lists itself, of the tracks that stay. */
  listed: readonly Range[];
  /** Ids of the tracks that stay. */
  kept: ReadonlySet<number>;
  /** By the id of a track: how many bytes a sample has whose fragment says nothing. */
  sampleBytes: ReadonlyMap<number, number>;
}

/** Bytes that replace as many others. */
interface Change {
  offset: number;
  bytes: Buffer;
  kind: RemovedKind;
}

/** A fragment, with where in its bytes offsets from the start of the file stand. */
interface Fragment {
  offset: number;
  original: Buffer;
  bytes: Buffer;
  offsetsAt: number[];
  isBlanked: boolean;
}

/**
 * Plans what is overwritten from the first fragment, or index of fragments, on: nothing there changes its
 * place.
 */
export class M4aFragments {
  readonly #changes: (Change | Fragment)[] = [];
  #samples: Range[] = [];

  constructor(
    private readonly source: ByteCursor,
    private readonly movie: FragmentedMovie,
  ) {
    this.#samples = [...movie.listed];
  }

  /** Samples that were in none of the media that passed. */
  get missing(): readonly Range[] {
    return this.#samples;
  }

  /** Plans a box, behind its header. */
  *pass(box: Box): Walk<void> {
    if (box.type === "moof") yield* this.#passFragment(box);
    else if (box.type === "mdat") yield* this.#passMedia(box);
    else if (KEPT.includes(box.type)) yield* this.#keepFields(box);
    else yield* this.#blank(box);
  }

  /**
   * Adds the changes, of which the first begins behind all other edits.
   *
   * @param moved how far what follows `moov` moves
   */
  addTo(edits: EditList, moved: number): void {
    for (const change of this.#changes) {
      const { offset, bytes } = change;
      if ("offsetsAt" in change) {
        for (const at of change.offsetsAt) {
          bytes.writeBigUInt64BE(bytes.readBigUInt64BE(at) + BigInt(moved), at);
        }
        if (bytes.equals(change.original)) continue;
        edits.replace(offset, offset + bytes.length, bytes, ...(change.isBlanked ? BLANKED : []));
      } else {
        edits.replace(offset, offset + bytes.length, bytes, change.kind);
      }
    }
  }

  *#passFragment(moof: Box): Walk<void> {
    const size = moof.end - this.source.position;
    const original = yield* this.source.copy(Math.min(size, MAX_FRAGMENT_BYTES));
    if (original.length < size) throw unclear("moof");
    const bytes = Buffer.from(original);
    const fragment: Fragment = {
      ...{ offset: this.source.position, original, bytes },
      ...{ offsetsAt: [], isBlanked: false },
    };
    this.source.charge(bytes.length / 2);
    const { start } = moof;
    let base = start;
    for (const child of boxesIn(bytes)) {
      if (child.type === "traf") base = this.#passTrack(child, start, base, fragment);
      else keepFields(child, KEPT_IN_FRAGMENT);
    }
    fragment.isBlanked = !bytes.equals(original);
    if (fragment.isBlanked || fragment.offsetsAt.length > 0) this.#changes.push(fragment);
  }

  /** @returns where the samples of the track end */
  #passTrack(traf: MemoryBox, start: number, base: number, fragment: Fragment): number {
    const boxes = boxesIn(traf.body);
    const header = findBox(boxes, "tfhd")?.body;
    if (header === undefined || header.length < 8) throw unclear("tfhd");
    const flags = header.readUIntBE(1, 3);
    const fields = [HAS_DESCRIPTION, HAS_DEFAULT_DURATION, HAS_DEFAULT_SIZE];
    const fieldsEnd = 8 + (flags & HAS_BASE_OFFSET ? 8 : 0) + fieldsBytes(flags, fields);
    if (header.length < fieldsEnd) throw unclear("tfhd");
    const id = header.readUInt32BE(4);
    const isKept = this.movie.kept.has(id);
    let at = 8;
    let origin = flags & DEFAULT_BASE_IS_FRAGMENT ? start : base;
    if (flags & HAS_BASE_OFFSET) {
      origin = Number(header.readBigUInt64BE(at));
      fragment.offsetsAt.push(header.byteOffset + at - fragment.bytes.byteOffset);
      at += 8;
    }
    at += fieldsBytes(flags, [HAS_DESCRIPTION, HAS_DEFAULT_DURATION]);
    const own = flags & HAS_DEFAULT_SIZE ? header.readUInt32BE(at) : undefined;
    const sampleBytes = own ?? this.movie.sampleBytes.get(id);
    let end = origin;
    for (const run of boxes.filter(({ type }) => type === "trun")) {
      const samples = runRange(run.body, origin, end, sampleBytes);
      end = samples[1];
      if (isKept && samples[0] < start) throw unclear("trun");
      if (isKept) this.#samples.push(samples);
    }
    if (!isKept) blank(traf);
    else for (const child of boxes) keepFields(child, KEPT_IN_TRACK);
    return end;
  }

  /** Overwrites what belongs to no sample that stays. */
  *#passMedia(mdat: Box): Walk<void> {
    const start = this.source.position;
    const isHere = (samples: Range) => samples[0] >= start && samples[1] <= mdat.end;
    for (const [from, to] of mergedRanges(this.#samples.filter(isHere))) {
      yield* this.#clear(from, "application-data");
      yield* this.source.skip(to - this.source.position);
    }
    yield* this.#clear(mdat.end, "application-data");
    this.#samples = this.#samples.filter((samples) => !isHere(samples));
  }

  /** Overwrites what follows the fields of a box, and brands that nobody registered. */
  *#keepFields(box: Box): Walk<void> {
    const { source } = this;
    const body = yield* source.copy(Math.min(MAX_INDEX_BYTES, box.end - source.position));
    const fields = box.type === "styp" ? knownBrands(body) : Buffer.from(body);
    fields.fill(0, fieldBytes(box.type, body));
    const isSame = fields.equals(body);
    const kind = "application-data";
    if (!isSame) this.#changes.push({ offset: source.position, bytes: fields, kind });
    yield* source.skip(body.length);
    yield* this.#clear(box.end, kind);
  }

  *#blank(box: Box): Walk<void> {
    const kind = PADDING.includes(box.type)
      ? undefined
      : (KINDS.get(box.type) ?? "application-data");
    if (kind !== undefined) this.#changes.push({ offset: box.start + 4, bytes: FREE, kind });
    yield* this.#clear(box.end, kind ?? "application-data");
  }

  /** Overwrites the bytes up to an offset with zeros, but for those that are zeros. */
  *#clear(end: number, kind: RemovedKind): Walk<void> {
    const { source } = this;
    while (source.position < end && (yield* source.skipZeros(end - source.position - 1))) {
      const start = source.position;
      const bytes = yield* source.skip(Math.min(ZEROS.length, end - start));
      if (bytes === 0) return;
      this.#changes.push({ offset: start, bytes: ZEROS.subarray(0, bytes), kind });
    }
  }
}

/** Where the samples of a `trun` box are; `end` is where those of the run before end. */
function runRange(
  body: Buffer,
  origin: number,
  end: number,
  sampleBytes: number | undefined,
): Range {
  if (body.length < 8) throw unclear("trun");
  const flags = body.readUIntBE(1, 3);
  const count = body.readUInt32BE(4);
  let at = 8;
  let start = end;
  if (flags & HAS_DATA_OFFSET) {
    if (body.length < at + 4) throw unclear("trun");
    start = origin + body.readInt32BE(at);
    at += 4;
  }
  if (flags & HAS_FIRST_FLAGS) at += 4;
  if (!(flags & HAS_SIZE)) {
    if (sampleBytes === undefined) throw unclear("trun");
    return [start, start + count * sampleBytes];
  }
  const recordBytes = fieldsBytes(flags, SAMPLE_FIELDS);
  if (at + count * recordBytes > body.length) throw unclear("trun");
  let bytes = 0;
  for (let sample = 0; sample < count; sample += 1) {
    bytes += body.readUInt32BE(at + sample * recordBytes + (flags & HAS_DURATION ? 4 : 0));
  }
  return [start, start + bytes];
}

/** Bytes of those fields that are there, of four each. */
function fieldsBytes(flags: number, fields: readonly number[]): number {
  return 4 * fields.filter((field) => flags & field).length;
}

/** Blanks what follows the fields of a box, or all of it. */
function keepFields(box: MemoryBox, types: readonly string[]): void {
  if (types.includes(box.type)) box.body.fill(0, fieldBytes(box.type, box.body));
  else blank(box);
}

/** Makes a box one of zeros that players pass over. */
function blank({ whole, body }: MemoryBox): void {
  FREE.copy(whole, 4);
  body.fill(0);
}
