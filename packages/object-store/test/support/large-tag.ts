/** Of an ID3v2.3 frame's header and of the tag's. */
const HEADER_BYTES = 10;

/** Puts an ID3v2.3 tag in front of audio: a composer, and a picture of so many bytes. */
export function behindLargeTag(audio: Uint8Array, pictureBytes = 6_000_000): Buffer<ArrayBuffer> {
  const picture = Buffer.alloc(pictureBytes, "\x11picture");
  const frames = [
    frame("TCOM", Buffer.from("\0Composer", "latin1")),
    frame("APIC", Buffer.concat([Buffer.from("\0image/png\0\x03\0", "latin1"), picture])),
  ];
  const body = Buffer.concat(frames);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write("ID3\x03", "latin1");
  // Seven bits a byte.
  [21, 14, 7, 0].forEach((bits, at) => (header[6 + at] = (body.length >>> bits) & 0x7f));
  return Buffer.concat([header, body, audio]);
}

function frame(id: string, content: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(id, "latin1");
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
}
