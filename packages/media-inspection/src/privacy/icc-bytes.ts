/** ICC.1:2022, 7.2: a profile begins with its own size. */
const HEADER_BYTES = 128;

/** The size of the colour profile that begins so; infinite where it does not say. */
export function iccBytes(profile: Buffer): number {
  const bytes = profile.length < 4 ? 0 : profile.readUInt32BE(0);
  return bytes < HEADER_BYTES ? Infinity : bytes;
}
