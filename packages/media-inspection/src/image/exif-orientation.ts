/** Exif 3.0 (CIPA DC-008), 4.6.5: IFD0 tag "Orientation". */
const ORIENTATION_TAG = 0x0112;
/** TIFF 6.0, section 2: what follows the byte order. */
const TIFF_MAGIC = 42;
const PREFIX = Buffer.from("Exif\0\0", "latin1");
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
  const tiff = profile.subarray(0, 6).equals(PREFIX) ? profile.subarray(6) : profile;
  if (tiff.length < 8) return undefined;
  const order = tiff.toString("latin1", 0, 2);
  if (order !== "II" && order !== "MM") return undefined;
  const little = order === "II";
  const uint16 = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const uint32 = (at: number) => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));

  if (uint16(2) !== TIFF_MAGIC) return undefined;

  const directory = uint32(4);
  if (directory + 2 > tiff.length) return undefined;
  const entries = Math.min(uint16(directory), Math.floor((tiff.length - directory - 2) / 12));
  for (let index = 0; index < entries; index += 1) {
    const entry = directory + 2 + 12 * index;
    if (uint16(entry) !== ORIENTATION_TAG) continue;
    const value = readValue(uint16(entry + 2), entry + 8);
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;

  function readValue(type: number, at: number): number {
    if (type === TYPE_BYTE) return tiff.readUInt8(at);
    return type === TYPE_LONG ? uint32(at) : uint16(at);
  }
}
