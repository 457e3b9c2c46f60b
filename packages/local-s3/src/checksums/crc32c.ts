/** CRC-32C (Castagnoli), reflected polynomial 0x82F63B78; RFC 3720, appendix B.4. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) {
    value = (value & 1) === 0 ? value >>> 1 : (value >>> 1) ^ 0x82f63b78;
  }
  return value;
});

/** Continues the checksum `previous` (0 at first) over `chunk`. */
export function crc32c(chunk: Uint8Array, previous: number): number {
  let value = ~previous;
  for (const byte of chunk) {
    value = (TABLE[(value ^ byte) & 0xff] as number) ^ (value >>> 8);
  }
  return ~value >>> 0;
}
