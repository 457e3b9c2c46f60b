/** Families of brands of files with sound (mp4ra.org), and the empty one that iTunes writes. */
const BRAND =
  /^(M4[ABP] |mp[47]\d|iso[m\da-z]|qt {2}|3g[2a-z][\da-z]|dash|ms(dh|ix)|cmf[a-z\d]|ca[a-z\d]{2}|F4[ABP] |MSNV|piff|dby1|\0{4})$/;
/** Main brand and version. */
const HEAD_BYTES = 8;

/** The body of an `ftyp` or `styp` box with its main brand in the place of brands that nobody registered. */
export function knownBrands(body: Buffer): Buffer {
  const known = Buffer.from(body);
  const main = body.subarray(0, 4);
  for (let at = HEAD_BYTES; at < body.length; at += 4) {
    if (!BRAND.test(body.toString("latin1", at, at + 4))) main.copy(known, at);
  }
  return known;
}
