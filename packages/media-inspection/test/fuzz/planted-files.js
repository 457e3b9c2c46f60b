import { crc32 } from "node:zlib";

import { validSamples } from "@repo/sample-media";

/** Stands in every place of the planted files that is removed, and nowhere else. */
export const SECRET = "<secret 7f3Qz9k>";

const PNG_HEAD_BYTES = 33;
/** Header, screen descriptor and the global colours of a GIF. */
const GIF_HEAD_BYTES = 13;

/** Small samples of every format with a secret in many places that are removed. */
export async function plantedFiles() {
  const samples = new Map(
    (await validSamples()).map(({ name, bytes }) => [name, Buffer.from(bytes)]),
  );
  const cover = png(samples.get("coral-pixel.png"));
  const planted = {
    "planted.jpg": jpeg(samples.get("lighthouse-orientation-6.jpg")),
    "planted.png": png(samples.get("azulejo-palette.png")),
    "planted-tiny.png": cover,
    "planted.webp": webp(samples.get("jellyfish-alpha.webp")),
    "planted-animated.webp": webp(samples.get("orbits-animated.webp")),
    "planted-simple.webp": webp(samples.get("bauhaus-lossless.webp")),
    "planted.gif": gif(samples.get("butterfly-transparent.gif")),
    "planted-tiny.gif": gif(samples.get("spacer-pixel.gif")),
    "planted.mp3": mp3(samples.get("short-signal.mp3"), cover),
    "planted.wav": wav(samples.get("answering-machine-8-khz.wav"), cover),
    "planted.flac": flac(samples.get("quiet-hall.flac"), cover),
    "planted.m4a": m4a(samples.get("beacon.m4a"), cover),
    "planted-fragmented.m4a": fragmentedM4a(samples.get("beacon.m4a")),
  };
  return Object.entries(planted).map(([name, bytes]) => ({ name, bytes }));
}

function joined(...parts) {
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? ascii(part) : part)));
}

function ascii(text) {
  return Buffer.from(text, "latin1");
}

function number(value, bytes, isLittleEndian = false) {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return isLittleEndian ? buffer.reverse() : buffer;
}

/** EXIF of an orientation and an artist. */
function exif() {
  const entry = (tag, type, count, value) =>
    joined(number(tag, 2), number(type, 2), number(count, 4), number(value, 4));
  return joined(
    ...["MM\0*", number(8, 4), number(2, 2), entry(0x0112, 3, 1, 6 << 16)],
    ...[entry(0x013b, 2, SECRET.length, 38), number(0, 4), SECRET],
  );
}

function jpeg(bytes) {
  const segment = (marker, ...parts) => {
    const body = joined(...parts);
    return joined(Buffer.of(0xff, marker), number(body.length + 2, 2), body);
  };
  const resource = joined(
    "8BIM",
    number(0x0404, 2),
    "\0\0",
    number(21, 4),
    "\x1c\x02\x5a\0\x10",
    SECRET,
  );
  const dropped = [
    segment(0xe0, "JFXX\0\x10", SECRET),
    segment(0xe1, "Exif\0\0", exif()),
    segment(0xe1, "http://ns.adobe.com/xap/1.0/\0<a>", SECRET, "</a>"),
    segment(0xe1, "http://ns.adobe.com/xmp/extension/\0", SECRET),
    segment(0xe2, "MPF\0", SECRET),
    segment(0xe3, SECRET),
    segment(0xed, "Photoshop 3.0\0", resource),
    segment(0xee, "Adobe\0d\0\0\0\0\0", SECRET),
    segment(0xfe, SECRET),
  ];
  const other = joined("\xff\xd8", segment(0xfe, SECRET), bytes.subarray(2, 700), "\xff\xd9");
  const late = [segment(0xfe, SECRET), segment(0xe1, "Exif\0\0", exif())];
  return joined(
    ...[
      bytes.subarray(0, 2),
      ...dropped,
      SECRET,
      bytes.subarray(2, -2),
      ...late,
      bytes.subarray(-2),
    ],
    ...[SECRET, other, "\0\0\0\x18ftypmp42", SECRET],
  );
}

function png(bytes) {
  const chunk = (type, ...parts) => {
    const content = joined(type, ...parts);
    return joined(number(content.length - 4, 4), content, number(crc32(content), 4));
  };
  return joined(
    bytes.subarray(0, PNG_HEAD_BYTES),
    chunk("tEXt", "Author\0", SECRET),
    chunk("iTXt", "XML:com.adobe.xmp\0\0\0\0\0<a>", SECRET, "</a>"),
    chunk("zTXt", "Comment\0\0", SECRET),
    chunk("tEXt", "Raw profile type exif\0\nexif\n 1\n", SECRET),
    chunk("eXIf", exif()),
    chunk("sPLT", SECRET, "\0\x08"),
    chunk("prVt", SECRET),
    chunk("gAMA", SECRET),
    bytes.subarray(PNG_HEAD_BYTES, -12),
    chunk("tEXt", "Late\0", SECRET),
    chunk("IEND", SECRET),
    SECRET,
  );
}

function riffChunk(type, ...parts) {
  const body = joined(...parts);
  return joined(type, number(body.length, 4, true), body, body.length % 2 === 1 ? "\0" : "");
}

function riff(type, ...chunks) {
  const content = joined(type, ...chunks);
  return joined("RIFF", number(content.length, 4, true), content);
}

function webp(bytes) {
  const chunks = bytes.subarray(12);
  const isExtended = chunks.toString("latin1", 0, 4) === "VP8X";
  const head = Buffer.from(chunks.subarray(0, isExtended ? 18 : 0));
  // Its flags announce EXIF and XMP.
  if (isExtended) head[8] |= 0x0c;
  const unknown = riffChunk("abcd", SECRET);
  return joined(
    riff(
      ...["WEBP", head, isExtended ? unknown : "", chunks.subarray(head.length), unknown],
      ...[riffChunk("EXIF", exif()), riffChunk("XMP ", SECRET)],
    ),
    SECRET,
  );
}

function gif(bytes) {
  const packed = bytes.readUInt8(10);
  const headBytes = GIF_HEAD_BYTES + (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0);
  const block = (content) => joined(Buffer.of(content.length), content);
  const extension = (label, ...blocks) =>
    joined(Buffer.of(0x21, label), ...blocks.map(block), "\0");
  const xmpEnd = joined("\x01", Buffer.from(Array.from({ length: 256 }, (_, i) => 255 - i)), "\0");
  return joined(
    ...[bytes.subarray(0, headBytes), extension(0xfe, SECRET)],
    ...["\x21\xff\x0bXMP DataXMP<a>", SECRET, "</a>", xmpEnd],
    ...[extension(0xff, "UNKNOWN 1.0", SECRET), extension(0x42, SECRET)],
    ...[extension(0xff, "NETSCAPE2.0", "\x01\0\0", SECRET)],
    ...[bytes.subarray(headBytes, -1), extension(0xfe, SECRET), ";", SECRET],
  );
}

function id3v2(...frames) {
  const body = joined(...frames);
  const size = [21, 14, 7, 0].map((shift) => (body.length >>> shift) & 0x7f);
  return joined("ID3\x03\0\0", Buffer.of(...size), body);
}

function id3Frame(id, ...parts) {
  const body = joined(...parts);
  return joined(id, number(body.length, 4), "\0\0", body);
}

/** A tag with a cover, which has secrets of its own. */
function secretTag(cover) {
  return id3v2(
    id3Frame("APIC", "\0image/png\0\x03", SECRET, "\0", cover),
    id3Frame("COMM", "\0eng\0", SECRET),
    id3Frame("TXXX", "\0owner\0", SECRET),
    id3Frame("PRIV", "owner\0", SECRET),
    id3Frame("TIT2", "\0Title\0", SECRET),
    id3Frame("TSSE", "\0", SECRET),
    Buffer.alloc(20),
    SECRET,
  );
}

function id3v1() {
  const tag = Buffer.alloc(128);
  tag.write(`TAGTitle`, "latin1");
  tag.write(SECRET, 97, "latin1");
  return tag;
}

function mp3(bytes, cover) {
  const at = bytes.indexOf("ID3") === 0 ? 10 + (bytes[8] << 7) + bytes[9] : 0;
  const frames = bytes.subarray(at);
  const words = joined("LYRICSBEGIN", "LYR00016", SECRET);
  const item = joined(number(16, 4, true), number(0, 4), "Comment\0", SECRET);
  const descriptor = (flags) =>
    joined(
      ...["APETAGEX", number(2000, 4, true), number(item.length + 32, 4, true)],
      ...[number(1, 4, true), number(flags, 4, true), Buffer.alloc(8)],
    );
  const ape = joined(descriptor(0xa0000000), item, descriptor(0x80000000));
  return joined(
    ...[secretTag(cover), frames, secretTag(cover), Buffer.alloc(9, 1), SECRET, frames, ape],
    ...[words, String(words.length).padStart(6, "0"), "LYRICS200", id3v1()],
  );
}

function wav(bytes, cover) {
  return joined(
    riff(
      ...["WAVE", riffChunk("bext", SECRET, Buffer.alloc(586)), riffChunk("JUNK", SECRET)],
      ...[riffChunk("iXML", "<A>", SECRET, "</A>"), riffChunk("zzzz", SECRET)],
      ...[bytes.subarray(12), riffChunk("LIST", "INFO", riffChunk("ICMT", SECRET))],
      ...[
        riffChunk("_PMX", SECRET),
        riffChunk("id3 ", secretTag(cover)),
        riffChunk("data", SECRET),
      ],
    ),
    SECRET,
  );
}

function flac(bytes, cover) {
  const block = (type, ...parts) => {
    const body = joined(...parts);
    return joined(Buffer.of(type), number(body.length, 3), body);
  };
  const field = joined(number(8 + SECRET.length, 4, true), "COMMENT=", SECRET);
  const head = Buffer.from(bytes.subarray(0, 42));
  let at = 4;
  for (let isLast = false; !isLast; at += 4 + bytes.readUIntBE(at + 1, 3))
    isLast = bytes[at] >= 0x80;
  head[4] = 0;
  return joined(
    ...[secretTag(cover), head, block(2, "test", SECRET), block(1, SECRET)],
    block(4, number(16, 4, true), SECRET, number(1, 4, true), field, SECRET),
    block(
      6,
      number(4, 4),
      number(9, 4),
      "image/png",
      number(16, 4),
      SECRET,
      Buffer.alloc(16),
      number(1, 4),
      "x",
    ),
    ...[block(0x81, Buffer.alloc(4)), bytes.subarray(at), id3v1(), SECRET],
  );
}

function box(type, ...parts) {
  const body = joined(...parts);
  return joined(number(8 + body.length, 4), type, body);
}

function boxesOf(bytes) {
  const boxes = [];
  for (let at = 0; at + 8 <= bytes.length; at += bytes.readUInt32BE(at)) {
    const whole = bytes.subarray(at, at + bytes.readUInt32BE(at));
    boxes.push({ type: whole.toString("latin1", 4, 8), body: whole.subarray(8), whole });
  }
  return boxes;
}

function secretBox(type) {
  return box(type, SECRET);
}

function secretMetadata(cover) {
  const item = box("\xa9cmt", box("data", number(1, 4), number(0, 4), SECRET));
  const picture = box("covr", box("data", number(14, 4), number(0, 4), cover));
  const handler = box("hdlr", Buffer.alloc(8), "mdirappl", Buffer.alloc(9));
  const meta = box("meta", number(0, 4), handler, box("ilst", item, picture));
  return box("udta", secretBox("\xa9xyz"), secretBox("loci"), meta);
}

/** The boxes of `moov` with a secret one behind each, down to the tables. */
function withSecrets(bytes) {
  const isTree = (type) => ["moov", "trak", "mdia", "minf", "stbl"].includes(type);
  return joined(
    ...boxesOf(bytes).flatMap(({ type, body, whole }, index) => [
      isTree(type) ? box(type, withSecrets(body)) : whole,
      secretBox(index % 2 === 0 ? "free" : "uuid"),
    ]),
  );
}

/** @param bytes a file whose movie stands in front of its media */
function m4a(bytes, cover) {
  const [ftyp, moov, mdat] = boxesOf(bytes);
  const movie = box("moov", withSecrets(moov.body), secretMetadata(cover));
  const head = joined(ftyp.whole, secretBox("free"), movie);
  const moved = head.length - ftyp.whole.length - moov.whole.length;
  const at = head.indexOf("stco") + 8;
  for (let chunk = 1; chunk <= head.readUInt32BE(at); chunk += 1) {
    head.writeUInt32BE(head.readUInt32BE(at + 4 * chunk) + moved, at + 4 * chunk);
  }
  return joined(
    ...[head, box("mdat", mdat.body, SECRET), secretBox("uuid"), secretBox("skip")],
    ...[secretBox("mdat"), box("meta", number(0, 4), SECRET), SECRET],
  );
}

/** The same in one fragment. */
function fragmentedM4a(bytes) {
  const [ftyp, moov, mdat] = boxesOf(bytes);
  const sizesAt = moov.whole.indexOf("stsz") + 12;
  const count = moov.whole.readUInt32BE(sizesAt);
  const sizes = moov.whole.subarray(sizesAt + 4, sizesAt + 4 + 4 * count);
  const empty = ["stts", "stsz", "stsc", "stco"];
  const emptied = (list) =>
    joined(
      ...boxesOf(list).map(({ type, body, whole }) => {
        if (empty.includes(type)) return box(type, Buffer.alloc(type === "stsz" ? 12 : 8));
        return ["trak", "mdia", "minf", "stbl"].includes(type) ? box(type, emptied(body)) : whole;
      }),
    );
  const defaults = box("trex", ...[0, 1, 1, 1024, 0, 0].map((value) => number(value, 4)));
  const movie = box("moov", emptied(moov.body), box("mvex", defaults));
  const fragment = (offset) =>
    box(
      "moof",
      box("mfhd", number(0, 4), number(1, 4)),
      box(
        "traf",
        box("tfhd", number(0x20000, 4), number(1, 4)),
        secretBox("uuid"),
        box("trun", number(0x201, 4), number(count, 4), number(offset, 4), sizes),
        secretBox("free"),
      ),
      secretBox("uuid"),
    );
  const offset = fragment(0).length + 8 + SECRET.length;
  return joined(
    ...[ftyp.whole, movie, secretBox("emsg"), fragment(offset)],
    ...[box("mdat", SECRET, mdat.body, SECRET), secretBox("prft"), secretBox("mfra")],
  );
}
