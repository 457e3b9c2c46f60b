import { describeFrame, MPEG_HEADER_BYTES } from "./mpeg-frame.js";

/** Bytes of a frame within which a Xing, Info or VBRI header gives its number of frames. */
export const XING_BYTES = MPEG_HEADER_BYTES + 2 + 32 + 26;

const HAS_FRAME_COUNT = 1;
const NOT_PROTECTED = 1 << 16;
/** VBRI stands at a fixed place. */
const VBRI_OFFSET = MPEG_HEADER_BYTES + 32;

/** Bytes of the counts, the table and the quality that follow its flags, by the flag of each. */
const XING_FIELDS = [4, 4, 100, 4];
/** LAME's tag behind them: its writer, how it coded, delay, padding and sums. */
const LAME_BYTES = 36;
const WRITERS = /^(LAME|Lav[cf]|L3\.99|G[Oo][Gg][Oo])/;
/** Of VBRI before its table, whose number of entries and their size are among them. */
const VBRI_FIELDS_BYTES = 26;

/** Where a frame holds a header about all of them instead of audio. */
interface InfoHeader {
  at: number;
  isVbri: boolean;
  sideInfoBytes: number;
}

function infoHeader(frame: Buffer, header: number): InfoHeader | undefined {
  const checksumBytes = header & NOT_PROTECTED ? 0 : 2;
  const { sideInfoBytes } = describeFrame(header);
  // Some writers set the protection bit and leave the checksum out.
  for (const at of [sideInfoBytes, sideInfoBytes + checksumBytes].map(
    (n) => n + MPEG_HEADER_BYTES,
  )) {
    const name = frame.toString("latin1", at, at + 4);
    if ((name === "Xing" || name === "Info") && frame.length >= at + 12) {
      return { at, isVbri: false, sideInfoBytes };
    }
  }
  const isVbri = frame.toString("latin1", VBRI_OFFSET, VBRI_OFFSET + 4) === "VBRI";
  return isVbri && frame.length >= VBRI_OFFSET + 18
    ? { at: VBRI_OFFSET, isVbri, sideInfoBytes }
    : undefined;
}

/**
 * The frames that a Xing or Info header (Xing SDK; LAME "VBR header and LAME tag") or a VBRI
 * header (Fraunhofer) announces, 0 where it does not say. Undefined where the frame is none of
 * these but audio.
 */
export function announcedFrames(frame: Buffer, header: number): number | undefined {
  const info = infoHeader(frame, header);
  if (info === undefined) return undefined;
  const { at, isVbri } = info;
  if (isVbri) return frame.readUInt32BE(at + 14);
  return frame.readUInt32BE(at + 4) & HAS_FRAME_COUNT ? frame.readUInt32BE(at + 8) : 0;
}

/**
 * A frame with zeros behind the fields of its Xing, Info or VBRI header; as it is where it may be audio to some
 * decoder.
 */
export function bareInfoFrame(frame: Buffer): Buffer {
  const info = infoHeader(frame, frame.readUInt32BE(0));
  if (info === undefined) return frame;
  const { at, isVbri, sideInfoBytes } = info;
  if (frame.subarray(at - sideInfoBytes, at).some((byte) => byte !== 0)) return frame;
  const end = isVbri ? at + vbriBytes(frame.subarray(at)) : xingEnd(frame, at);
  return Buffer.from(frame).fill(0, Math.min(end, frame.length));
}

function xingEnd(frame: Buffer, at: number): number {
  const flags = frame.readUInt32BE(at + 4);
  const fields = XING_FIELDS.reduce((sum, bytes, bit) => sum + (flags & (1 << bit) ? bytes : 0), 0);
  const lameAt = at + 8 + fields;
  const isKnown = WRITERS.test(frame.toString("latin1", lameAt, lameAt + 9));
  return lameAt + (isKnown ? LAME_BYTES : 0);
}

function vbriBytes(header: Buffer): number {
  if (header.length < VBRI_FIELDS_BYTES) return header.length;
  return VBRI_FIELDS_BYTES + header.readUInt16BE(18) * header.readUInt16BE(22);
}
