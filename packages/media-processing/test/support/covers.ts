const FRONT_COVER = 3;

/** Puts an ID3v2.3 tag with a picture in front of an MP3 file. */
export function mp3WithPicture(mp3: Uint8Array, picture: Uint8Array): Buffer {
  const content = Buffer.concat([
    Buffer.from("\0image/jpeg\0", "latin1"),
    Buffer.of(FRONT_COVER, 0),
    picture,
  ]);
  const frame = Buffer.concat([
    Buffer.from("APIC"),
    uint32(content.length),
    Buffer.alloc(2),
    content,
  ]);
  const size = [21, 14, 7, 0].map((shift) => (frame.length >> shift) & 0x7f);
  return Buffer.concat([Buffer.from("ID3\x03\0\0", "latin1"), Buffer.from(size), frame, mp3]);
}

/** Puts a picture after the first metadata block of a FLAC file. */
export function flacWithPicture(flac: Uint8Array, picture: Uint8Array): Buffer {
  const type = Buffer.from("image/jpeg");
  const content = Buffer.concat([
    uint32(FRONT_COVER),
    uint32(type.length),
    type,
    Buffer.alloc(20),
    uint32(picture.length),
    picture,
  ]);
  const pictureBlock = Buffer.concat([uint32(content.length), content]);
  // A type of 6, and the flag of the last block, which STREAMINFO had if no other block follows.
  pictureBlock[0] = 6 | ((flac[4] ?? 0) & 0x80);
  // The magic number, then STREAMINFO.
  const head = Buffer.from(flac.subarray(0, 42));
  head[4] = 0;
  return Buffer.concat([head, pictureBlock, flac.subarray(42)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
