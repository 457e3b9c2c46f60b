import { concat, latin1 } from "../bytes.js";

/** A length as ID3v2.4 writes it: seven bits per byte. */
function syncsafe(length: number): Uint8Array {
  return Uint8Array.of(length >>> 21, length >>> 14, length >>> 7, length).map(
    (byte) => byte & 0x7f,
  );
}

function frame(type: string, ...content: Uint8Array[]): Uint8Array {
  const body = concat(content);
  return concat([latin1(type), syncsafe(body.length), Uint8Array.of(0, 0), body]);
}

/**
 * An ID3v2.4 tag with a title in Latin-1 and a private frame of `privateSize` bytes without
 * meaning (id3.org, "ID3 tag version 2.4.0").
 */
export function id3Tag(title: string, privateSize: number): Uint8Array {
  const content = concat([
    frame("TIT2", Uint8Array.of(0), latin1(title)),
    frame("PRIV", latin1("sample-media\0"), new Uint8Array(privateSize)),
  ]);
  return concat([latin1("ID3"), Uint8Array.of(4, 0, 0), syncsafe(content.length), content]);
}
