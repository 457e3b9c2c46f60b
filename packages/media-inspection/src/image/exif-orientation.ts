import { Tiff } from "./tiff.js";

/** Exif 3.0 (CIPA DC-008), 4.6.5: IFD0 tag "Orientation". */
const ORIENTATION_TAG = 0x0112;
const TYPE_BYTE = 1;
const TYPE_LONG = 4;

/** How much of a profile is kept: what a JPEG can hold of one, and all that orientation needs. */
export const MAX_EXIF_BYTES = 64 * 1024;

/**
 * Reads the orientation from an EXIF profile (TIFF 6.0 structure), with or without the leading
 * `Exif\0\0`. Undefined where none is given, it is out of its range 1 to 8, or the profile is
 * broken: a broken profile does not make a broken picture.
 */
export function exifOrientation(profile: Buffer): number | undefined {
  const tiff = Tiff.open(profile);
  if (tiff === undefined) return undefined;
  for (const entry of tiff.entries(tiff.firstDirectory)) {
    if (tiff.uint16(entry) !== ORIENTATION_TAG) continue;
    const value = readValue(tiff, tiff.uint16(entry + 2), entry + 8);
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}

function readValue(tiff: Tiff, type: number, at: number): number {
  if (type === TYPE_BYTE) return tiff.bytes.readUInt8(at);
  return type === TYPE_LONG ? tiff.uint32(at) : tiff.uint16(at);
}

/** A profile (without the leading `Exif\0\0`) that holds an orientation and nothing else. */
export function orientationProfile(orientation: number): Buffer {
  const profile = Buffer.from(
    "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0",
    "latin1",
  );
  profile.writeUInt16BE(orientation, 18);
  return profile;
}
