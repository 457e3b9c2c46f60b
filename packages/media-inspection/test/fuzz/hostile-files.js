import { crc32, deflateSync } from "node:zlib";

/** Files that make a parser work as hard as it can for each byte. Each takes the size that it should have. */
export const HOSTILE_FILES = {
  "jpeg of four-byte segments": (size) => filled(hex("ffd8"), hex("ffe00002"), size),
  "jpeg of fill bytes": (size) => filled(hex("ffd8"), hex("ff"), size),
  "jpeg of stuffed bytes": (size) => filled(hex("ffd8"), hex("ff00"), size),
  "jpeg whose scan is stuffed bytes": (size) => filled(jpegHead(), hex("ff00"), size),
  "jpeg whose scan is restart markers": (size) => filled(jpegHead(), hex("ffd0"), size),
  "jpeg whose scan is empty segments": (size) => filled(jpegHead(), hex("ffe00002"), size),
  "jpeg of Huffman tables": (size) =>
    filled(hex("ffd8"), Buffer.concat([hex("ffc40013"), Buffer.alloc(17)]), size),
  "jpeg of long segments of Huffman tables": (size) =>
    filled(
      hex("ffd8"),
      Buffer.concat([hex("ffc4ffe3"), Buffer.alloc(33 * 1985, huffmanTable())]),
      size,
    ),
  "png of empty chunks": (size) => filled(pngHead(), chunk("aaaa"), size),
  "png of empty chunks behind its data": (size) =>
    filled(Buffer.concat([pngHead(), chunk("IDAT", hex("00"))]), chunk("IDAT"), size),
  "png of packed profiles": (size) => filled(pngHead(), chunk("zTXt", packedProfile()), size),
  "gif of one-byte blocks": (size) => filled(gifHead(), hex("0100"), size),
  "gif of tiny frames": (size) => filled(gifHead(), hex("2c00000000010001000002024c0100"), size),
  "gif of empty extensions": (size) => filled(gifHead(), hex("21fe00"), size),
  "webp of empty chunks": (size) => filled(riff("WEBP", size), ascii("aaaa\0\0\0\0"), size),
  "wav of empty chunks": (size) => filled(riff("WAVE", size), ascii("aaaa\0\0\0\0"), size),
  "wav of info fields": (size) =>
    filled(
      Buffer.concat([riff("WAVE", size), ascii("LIST\xff\xff\xff\x7fINFO")]),
      ascii("INAM\0\0\0\0"),
      size,
    ),
  "mp3 of 24-byte frames": (size) => filled(hex(""), frame24(), size),
  "mp3 of false syncs": (size) =>
    filled(
      Buffer.concat([frame24(), frame24(), frame24(), frame24()]),
      hex("fff314c0fff314"),
      size,
    ),
  "mp3 of sync bytes": (size) =>
    filled(Buffer.concat([frame24(), frame24(), frame24(), frame24()]), hex("ff"), size),
  "mp3 of lone sync bytes": (size) =>
    filled(Buffer.concat([frame24(), frame24(), frame24(), frame24()]), hex("ff00"), size),
  "mp3 of empty tags": (size) => filled(hex(""), ascii("ID3\x04\0\0\0\0\0\0"), size),
  "mp3 of tag frames": (size) =>
    filled(ascii("ID3\x04\0\0\x7f\x7f\x7f\x7f"), ascii("TXXX\0\0\0\0\0\0"), size),
  "mp3 of an unsynchronised tag": (size) =>
    filled(ascii("ID3\x03\x80\0\x00\x3f\x7f\x7f"), hex("ff00"), size),
  "mp3 of packed tag frames": (size) =>
    filled(ascii("ID3\x03\0\0\x7f\x7f\x7f\x7f"), packedFrame(), size),
  "mp3 of comments": (size) =>
    filled(ascii("ID3\x03\0\0\x7f\x7f\x7f\x7f"), ascii("COMM\0\0\0\x08\0\0\0engx\0\0\0"), size),
  "mp3 of chapters": (size) => filled(ascii("ID3\x03\0\0\x7f\x7f\x7f\x7f"), chapterFrame(), size),
  "mp3 of tags and zeros": (size) => filled(hex(""), ascii("ID3\x04\0\0\0\0\0\0\0"), size),
  "mp3 of APE items": (size) => filled(apeHeader(), ascii("\0\0\0\0\0\0\0\0Nope\0"), size),
  "mp3 of what begins as APE items": (size) =>
    filled(
      Buffer.concat([frame24(), frame24()]),
      Buffer.concat([ascii("\x01\0\0\0\0\0\0\0Title\0xTAG"), Buffer.alloc(125)]),
      size,
    ),
  "mp3 of two streams in turn": (size) =>
    filled(hex(""), Buffer.concat([frame24(), frame24(), frame36(), frame36()]), size),
  "flac of pictures": (size) =>
    filled(flacHead(false), Buffer.concat([hex("06000028"), Buffer.alloc(40)]), size),
  "flac of false syncs": (size) => filled(flacHead(), hex("fff8"), size),
  "flac of false headers": (size) => filled(flacHead(), hex("fff81900"), size),
  "flac of sync bytes": (size) => filled(flacHead(), hex("ff"), size),
  "flac of lone sync bytes": (size) => filled(flacHead(), hex("ff00"), size),
  "flac of empty comments": (size) =>
    filled(
      Buffer.concat([flacHead(false), hex("04ffffff00000000ffffff7f")]),
      hex("00000000"),
      size,
    ),
  "flac of empty blocks": (size) => filled(flacHead(false), hex("01000000"), size),
  "m4a of empty boxes": (size) => filled(ftyp(), box("free"), size),
  "m4a of empty fragments": (size) =>
    filled(
      Buffer.concat([ftyp(), box("moov", box("mvhd", Buffer.alloc(100)))]),
      box("moof", box("traf", box("tfhd", Buffer.alloc(8)))),
      size,
    ),
  "m4a of empty tracks": (size) =>
    filled(
      Buffer.concat([ftyp(), boxHead("moov", size)]),
      box("trak", box("mdia", box("minf"))),
      size,
    ),
  "m4a of strings": (size) =>
    filled(
      Buffer.concat([ftyp(), boxHead("moov", size), boxHead("udta", size)]),
      box("\xa9nam"),
      size,
    ),
  "m4a of chapters": (size) =>
    filled(
      Buffer.concat([
        ftyp(),
        ...["moov", "udta", "chpl"].map((type) => boxHead(type, size)),
        hex("00000000ff"),
      ]),
      hex("000000000000000000"),
      size,
    ),
  "m4a of edits": (size) =>
    filled(
      Buffer.concat([
        ftyp(),
        ...["moov", "trak", "edts", "elst"].map((type) => boxHead(type, size)),
        hex("00000000ffffffff"),
      ]),
      hex("00000001"),
      size,
    ),
  "m4a of sample sizes": (size) =>
    filled(
      Buffer.concat([
        ftyp(),
        ...["moov", "trak", "mdia", "minf", "stbl", "stsz"].map((type) => boxHead(type, size)),
        hex("0000000000000000ffffffff"),
      ]),
      hex("00000001"),
      size,
    ),
};

function filled(head, unit, size) {
  return Buffer.concat([head, Buffer.alloc(Math.max(0, size - head.length), unit)]);
}

function hex(digits) {
  return Buffer.from(digits, "hex");
}

function ascii(text) {
  return Buffer.from(text, "latin1");
}

function uint32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function chunk(type, body = Buffer.alloc(0)) {
  const content = Buffer.concat([ascii(type), body]);
  return Buffer.concat([uint32(body.length), content, uint32(crc32(content))]);
}

/** A picture of one component, up to its scan. */
function jpegHead() {
  return hex("ffd8ffc0000b080fff0fff01011100ffda0008010100003f00");
}

/** A symbol for each length of a code. */
function huffmanTable() {
  return Buffer.concat([hex("00"), Buffer.alloc(16, 1), Buffer.alloc(16)]);
}

function pngHead() {
  return Buffer.concat([hex("89504e470d0a1a0a"), chunk("IHDR", hex("00000001000000010802000000"))]);
}

/** Half a megabyte in some hundred bytes. */
function packedProfile() {
  const text = `\nexif\n 99999\n${"00 ".repeat(170_000)}`;
  return Buffer.concat([ascii("Raw profile type exif\0\0"), deflateSync(text)]);
}

function gifHead() {
  return Buffer.concat([ascii("GIF89a"), hex("01000100000000"), hex("21fe")]);
}

function riff(type, size) {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(size);
  return Buffer.concat([ascii("RIFF"), length, ascii(type)]);
}

/** The shortest frame: 8 kbit/s at 24 kHz. */
function frame24() {
  return Buffer.concat([hex("fff314c0"), Buffer.alloc(20)]);
}

/** The same at 16 kHz. */
function frame36() {
  return Buffer.concat([hex("fff318c0"), Buffer.alloc(32)]);
}

/** 64 KiB in some hundred bytes. */
function packedFrame() {
  const packed = Buffer.concat([uint32(65_535), deflateSync(Buffer.alloc(65_535, "\x01\n"))]);
  return Buffer.concat([ascii("APIC"), uint32(packed.length), hex("0080"), packed]);
}

function chapterFrame() {
  const title = Buffer.concat([ascii("TIT2"), uint32(2), hex("0000"), ascii("\0x")]);
  const body = Buffer.concat([hex("00"), Buffer.alloc(16), title]);
  return Buffer.concat([ascii("CHAP"), uint32(body.length), hex("0000"), body]);
}

function apeHeader() {
  return Buffer.concat([
    ascii("APETAGEX"),
    hex("d0070000ffffff7fffffffff000000a0"),
    Buffer.alloc(8),
  ]);
}

function flacHead(isLast = true) {
  const info = hex(
    "100010000000000000000000ac442f000000000000000000000000000000000000000".slice(0, 68),
  );
  return Buffer.concat([ascii("fLaC"), hex(isLast ? "80000022" : "00000022"), info]);
}

function ftyp() {
  return box("ftyp", ascii("M4A \0\0\0\0"));
}

function box(type, body = Buffer.alloc(0)) {
  return Buffer.concat([uint32(8 + body.length), ascii(type), body]);
}

function boxHead(type, size) {
  return Buffer.concat([uint32(size), ascii(type)]);
}
