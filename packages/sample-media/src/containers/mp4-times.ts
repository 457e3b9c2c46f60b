import { viewOf } from "../bytes.js";
import { walkMp4Boxes } from "./mp4-boxes.js";

/** Boxes that open with version, flags, creation time and modification time. */
const TIMED = new Set(["mvhd", "tkhd", "mdhd"]);

/**
 * Sets the creation and modification times of movie, tracks and media in place. Muxers write the
 * current time there, which would make every file differ.
 *
 * @param seconds since 1904-01-01T00:00:00Z, the epoch of the format
 */
export function setMp4Times(bytes: Uint8Array, seconds: number): void {
  const view = viewOf(bytes);
  for (const box of walkMp4Boxes(bytes)) {
    if (!TIMED.has(box.type)) continue;
    const version = view.getUint8(box.contentStart);
    const creation = box.contentStart + 4;
    if (version === 1) {
      view.setBigUint64(creation, BigInt(seconds));
      view.setBigUint64(creation + 8, BigInt(seconds));
    } else {
      view.setUint32(creation, seconds);
      view.setUint32(creation + 4, seconds);
    }
  }
}
