/** The fixed fields of a sound's sample entry. */
interface SoundFields {
  channels: number;
  sampleRate: number;
  /** Offset of the boxes behind the fields. */
  boxesAt: number;
}

/** Bytes of an AudioSampleEntry before its boxes (ISO/IEC 14496-12, 12.2.3). */
const FIELDS = 28;
/** QuickTime's versions of an entry have more; they stand in a list of version 0. */
const QUICKTIME_FIELDS: Readonly<Record<number, number>> = { 1: FIELDS + 16, 2: FIELDS + 36 };
const MAX_BOX_BYTES = 64 * 1024;

/**
 * Reads the fields of a sample entry in an `stsd` box of this version. An entry of version 1 is
 * QuickTime's in a list of version 0, and ISO's, without more fields, in one of version 1; where no box
 * begins behind these, it is the other. Undefined where the entry is too short.
 */
export function soundFields(body: Buffer, listVersion: number): SoundFields | undefined {
  if (body.length < FIELDS) return undefined;
  const version = body.readUInt16BE(8);
  const extended = QUICKTIME_FIELDS[version] ?? FIELDS;
  const [expected, other] = listVersion === 0 ? [extended, FIELDS] : [FIELDS, extended];
  const boxesAt = !beginsBox(body, expected) && beginsBox(body, other) ? other : expected;
  const plain = { channels: body.readUInt16BE(16), sampleRate: body.readUInt16BE(24), boxesAt };
  if (version !== 2 || boxesAt === FIELDS || body.length < extended) return plain;
  const sampleRate = Math.round(body.readDoubleBE(32));
  return { ...plain, channels: body.readUInt32BE(40), sampleRate };
}

function beginsBox(body: Buffer, at: number): boolean {
  if (at + 8 > body.length) return false;
  const size = body.readUInt32BE(at);
  return (
    size >= 8 && size <= MAX_BOX_BYTES && /^[ -~]{4}$/.test(body.toString("latin1", at + 4, at + 8))
  );
}
