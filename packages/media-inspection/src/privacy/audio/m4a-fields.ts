import { box, type MemoryBox } from "./m4a-tree.js";

/** How many bytes of its body a box has fields for, by its type. */
type FieldBytes = (body: Buffer) => number;

const GROUPS = 16;

/** ISO/IEC 14496-12, clause 8. What follows the fields belongs to nothing. */
const FIELDS: Readonly<Record<string, FieldBytes>> = {
  mvhd: byVersion(100, 112),
  tkhd: byVersion(84, 96),
  mdhd: byVersion(24, 36),
  smhd: () => 8,
  nmhd: () => 4,
  sthd: () => 4,
  mehd: byVersion(8, 12),
  trex: () => 24,
  elst: (body) => 8 + uint32(body, 4) * (isLong(body) ? 20 : 12),
  stts: table(8),
  ctts: table(8),
  cslg: byVersion(24, 44),
  stsc: table(12),
  stco: table(4),
  co64: table(8),
  stss: table(4),
  stsz: (body) => 12 + (uint32(body, 4) === 0 ? 4 * uint32(body, 8) : 0),
  stz2: (body) => 12 + Math.ceil((uint32(body, 8) * (body[7] ?? 0)) / 8),
  sbgp: (body) => (isLong(body) ? GROUPS : 12) + 8 * uint32(body, isLong(body) ? 12 : 8),
  sgpd: groupBytes,
  // Of a fragment.
  mfhd: () => 8,
  tfhd: (body) => {
    const optional = [0x01, 0x01, 0x02, 0x08, 0x10, 0x20];
    return 8 + 4 * optional.filter((flag) => uint32(body, 0) & flag).length;
  },
  trun: (body) => {
    const [flags, count] = [uint32(body, 0), uint32(body, 4)];
    const perSample = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
    return 8 + 4 * ([0x01, 0x04].filter((flag) => flags & flag).length + perSample * count);
  },
  tfdt: byVersion(8, 12),
  sidx: (body) => {
    const countAt = isLong(body) ? 30 : 22;
    return countAt + 2 + 12 * (uint32(body, countAt - 2) & 0xffff);
  },
  // QuickTime File Format: of a track that is neither video nor sound.
  gmin: () => 16,
  text: () => 36,
  // Of a sound's sample entry.
  esds: descriptorBytes,
  alac: () => 4 + 24 + 24,
  dOps: (body) => 11 + ((body[10] ?? 0) === 0 ? 0 : 2 + (body[1] ?? 0)),
  dac3: () => 3,
  dec3: () => 2 + 8 * 4 + 2,
  srat: () => 8,
  chan: (body) => 12 + 20 * uint32(body, 8),
  btrt: () => 12,
  frma: () => 4,
  enda: () => 2,
  mp4a: () => 4,
  "\0\0\0\0": () => 0,
};

/** How many bytes of its body a box has fields for; all where they are not known. */
export function fieldBytes(type: string, body: Buffer): number {
  return Math.min(body.length, FIELDS[type]?.(body) ?? body.length);
}

/** A box without what follows its fields. */
export function withoutRest(child: MemoryBox): MemoryBox {
  const { type, body } = child;
  const bytes = fieldBytes(type, body);
  if (bytes === body.length) return child;
  const whole = box(type, body.subarray(0, bytes));
  return { type, whole, body: whole.subarray(whole.length - bytes) };
}

function byVersion(short: number, long: number): FieldBytes {
  return (body) => (isLong(body) ? long : short);
}

/** Version, flags, and a number of records. */
function table(recordBytes: number): FieldBytes {
  return (body) => 8 + recordBytes * uint32(body, 4);
}

function isLong(body: Buffer): boolean {
  return body[0] === 1;
}

function uint32(body: Buffer, at: number): number {
  return at + 4 > body.length ? 0 : body.readUInt32BE(at);
}

/** ISO/IEC 14496-12, 8.9.3: groups have a length in common, or one each. Before version 1 none is given. */
function groupBytes(body: Buffer): number {
  if (!isLong(body)) return body.length;
  const [length, count] = [uint32(body, 8), uint32(body, 12)];
  if (length > 0) return GROUPS + length * count;
  let at = GROUPS;
  for (let group = 0; group < count && at < body.length; group += 1) at += 4 + uint32(body, at);
  return at;
}

/** ISO/IEC 14496-1, 8.3.3: a descriptor has its tag, then its length in groups of 7 bits. */
function descriptorBytes(body: Buffer): number {
  let at = 5;
  let length = 0;
  for (let isMore = true; isMore && at < 9; at += 1) {
    length = length * 128 + ((body[at] ?? 0) & 0x7f);
    isMore = (body[at] ?? 0) >= 0x80;
  }
  return at + length;
}
