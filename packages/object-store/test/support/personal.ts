import { sampleOf } from "./samples.js";

/** In every file of this module, in what `all` removes. */
export const SECRET = "A secret of its owner";

/** A place in every image of this module, and its sentence besides, which is none. */
export const PLACE = "52,31.2N";

/** A JPEG whose XMP names a place and a person. */
export async function personalJpeg(): Promise<Buffer> {
  const { bytes } = await sampleOf("jpeg");
  const xmp = `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="${PLACE}" exif:OwnerName="${SECRET}"/></rdf:RDF></x:xmpmeta>`;
  const header = Buffer.from([0xff, 0xe1, 0, 0]);
  header.writeUInt16BE(2 + Buffer.byteLength(xmp), 2);
  return Buffer.concat([bytes.subarray(0, 2), header, Buffer.from(xmp), bytes.subarray(2)]);
}

/** A PNG whose text names a person. */
export async function personalPng(): Promise<Buffer> {
  const { bytes } = await sampleOf("png");
  const text = Buffer.from(`tEXtAuthor\0${SECRET}`);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(text.length - 4);
  return Buffer.concat([...[bytes.subarray(0, 33), length, text, checksum], bytes.subarray(33)]);
}

/** An MP3 with a title and a comment. */
export async function personalMp3(): Promise<Buffer> {
  const { bytes } = await sampleOf("mp3");
  const frames = [frame("TIT2", "\0A title"), frame("COMM", `\0eng\0${SECRET}`)];
  const size = frames.reduce((sum, { length }) => sum + length, 0);
  const header = Buffer.from(`ID3\x03\0\0\0\0\0${String.fromCharCode(size)}`, "latin1");
  return Buffer.concat([header, ...frames, bytes]);
}

function frame(id: string, content: string): Buffer {
  const header = Buffer.alloc(10);
  header.write(id);
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, Buffer.from(content, "latin1")]);
}
