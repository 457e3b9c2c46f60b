import { describeFrame, MPEG_HEADER_BYTES } from "./mpeg-frame.js";

/** Bytes of a frame within which a Xing, Info or VBRI header gives its number of frames. */
export const XING_BYTES = MPEG_HEADER_BYTES + 2 + 32 + 26;

const HAS_FRAME_COUNT = 1;
const NOT_PROTECTED = 1 << 16;
/** VBRI stands at a fixed place. */
const VBRI_OFFSET = MPEG_HEADER_BYTES + 32;

/**
 * The frames that a Xing or Info header (Xing SDK; LAME "VBR header and LAME tag") or a VBRI
 * header (Fraunhofer) announces, 0 where it does not say. Undefined where the frame is none of
 * these but audio.
 */
export function announcedFrames(frame: Buffer, header: number): number | undefined {
  const checksumBytes = header & NOT_PROTECTED ? 0 : 2;
  const { sideInfoBytes } = describeFrame(header);
  // Some writers set the protection bit and leave the checksum out.
  for (const at of [sideInfoBytes, sideInfoBytes + checksumBytes].map(
    (n) => n + MPEG_HEADER_BYTES,
  )) {
    const name = frame.toString("latin1", at, at + 4);
    if ((name !== "Xing" && name !== "Info") || frame.length < at + 12) continue;
    return frame.readUInt32BE(at + 4) & HAS_FRAME_COUNT ? frame.readUInt32BE(at + 8) : 0;
  }
  const isVbri = frame.toString("latin1", VBRI_OFFSET, VBRI_OFFSET + 4) === "VBRI";
  return isVbri && frame.length >= VBRI_OFFSET + 18
    ? frame.readUInt32BE(VBRI_OFFSET + 14)
    : undefined;
}
