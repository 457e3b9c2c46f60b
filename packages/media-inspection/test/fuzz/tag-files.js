import { deflateSync } from "node:zlib";

/** Small files with the tags that the samples lack: each leads through other parts of the readers. */
export function tagFiles() {
  const sound = Buffer.concat(Array.from({ length: 12 }, () => mp3Frame("fffb9064", 417)));
  const other = Buffer.concat(Array.from({ length: 12 }, () => mp3Frame("fff380c4", 208)));
  const files = {
    "id3v2.2.mp3": [id3v2(2, 0, frame22("TT2", "Old"), frame22("PIC", "JPG\x03\0jjjj")), sound],
    "id3v2.3.mp3": [id3v2(3, 0, allFrames(0x80)), Buffer.alloc(5), id3v2(3, 0), sound],
    "id3v2.4.mp3": [id3v2(4, 0, allFrames(0x08, 0x01)), sound, id3v1()],
    "unsynchronised.mp3": [id3v2(3, 0x80, unsynchronised(allFrames(0x80))), sound],
    "unsynchronised frames.mp3": [id3v2(4, 0x80, allFrames(0x08, 0x01)), sound],
    "wrong size.mp3": [id3v2(3, 0, frame("TIT2", "\0T")), frame("APIC", picture()), sound],
    "not syncsafe.mp3": [ascii("ID3\x03\0\0\0\0\0\xff"), allFrames(0x80), Buffer.alloc(90), sound],
    "ape.mp3": [ape(), sound, ape(), id3v1()],
    "ape without header.mp3": [sound, ape().subarray(32)],
    "joined.mp3": [sound, other, id3v2(3, 0, allFrames(0x80)), Buffer.alloc(300, 9), sound],
    "counted.mp3": [mp3Frame("fffb9064", 417, "Xing\0\0\0\x01\0\0\0\x30"), sound, other],
    "tagged.flac": [id3v2(3, 0, frame("TIT2", "\0T")), flac()],
    "tagged.wav": [ape(), wav()],
  };
  return Object.entries(files).map(([name, parts]) => ({ name, bytes: Buffer.concat(parts) }));
}

function ascii(text) {
  return Buffer.from(text, "latin1");
}

function uint32(value, isLittleEndian = false) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return isLittleEndian ? bytes.reverse() : bytes;
}

function mp3Frame(header, length, xing = "") {
  const frame = Buffer.alloc(length);
  frame.write(header, "hex");
  frame.write(xing, 36, "latin1");
  return frame;
}

function id3v2(version, flags, ...frames) {
  const body = Buffer.concat(frames);
  const size = [21, 14, 7, 0].map((shift) => (body.length >>> shift) & 0x7f);
  return Buffer.concat([ascii("ID3"), Buffer.of(version, 0, flags, ...size), body]);
}

function unsynchronised(bytes) {
  return ascii(bytes.toString("latin1").replaceAll("\xff", "\xff\0"));
}

function frame22(id, text) {
  return Buffer.concat([ascii(id), uint32(text.length + 1).subarray(1), ascii(`\0${text}`)]);
}

/** Of version 2.3 or, below 128 bytes, 2.4. */
function frame(id, content, flags = 0) {
  const body = typeof content === "string" ? ascii(content) : content;
  return Buffer.concat([ascii(id), uint32(body.length), Buffer.of(0, flags), body]);
}

function picture() {
  return Buffer.concat([ascii("\0image/png\0\x03\0"), Buffer.alloc(90, 0xff)]);
}

function allFrames(compressed, hasLength = 0) {
  const packed = Buffer.concat([uint32(9), deflateSync(ascii("\0Composer"))]);
  const start = Buffer.concat([ascii("c1\0"), uint32(1500), Buffer.alloc(12, 0xff)]);
  return Buffer.concat([
    frame("TIT2", "\x01\xff\xfeT\0"),
    frame("TCON", "\0(17)Rock"),
    frame("TYER", "\x002004"),
    frame("TRCK", "\x003/12"),
    frame("COMM", "\0engx\0Comment"),
    frame("APIC", picture()),
    frame("TCOM", packed, compressed | hasLength),
    frame("CHAP", Buffer.concat([start, frame("TIT2", "\0One")])),
    frame("TALB", "\x03Album"),
  ]);
}

function id3v1() {
  const tag = Buffer.alloc(128);
  tag.write("TAGTitle", "latin1");
  tag.write("2004Comment", 93, "latin1");
  tag[126] = 3;
  return tag;
}

function ape() {
  const items = [
    ["Cover Art (Front)", `cover.png\0${"p".repeat(99)}`, 2],
    ["Title", "Title", 0],
    ["Track", "3/12", 0],
  ].map(([key, value, flags]) =>
    Buffer.concat([uint32(value.length, true), uint32(flags, true), ascii(`${key}\0${value}`)]),
  );
  const body = Buffer.concat(items);
  const descriptor = (flags) => {
    const numbers = [2000, body.length + 32, items.length, flags];
    const fields = numbers.map((number) => uint32(number, true));
    return Buffer.concat([ascii("APETAGEX"), ...fields, Buffer.alloc(8)]);
  };
  return Buffer.concat([descriptor(0xa0000000), body, descriptor(0x80000000)]);
}

function flac() {
  const info = Buffer.concat([
    Buffer.from("10001000000000000000", "hex"),
    Buffer.from("0ac442f000003000", "hex"),
    Buffer.alloc(16),
  ]);
  const block = (type, body) =>
    Buffer.concat([Buffer.of(type), uint32(body.length).subarray(1), body]);
  const image = Buffer.concat([
    ...[uint32(3), uint32(9), ascii("image/png"), uint32(0), Buffer.alloc(16)],
    ...[uint32(50), Buffer.alloc(50, 7)],
  ]);
  const fields = [
    "TITLE=Title",
    "CHAPTER001=00:00:01.5",
    "CHAPTER001NAME=One",
    `METADATA_BLOCK_PICTURE=${image.toString("base64")}`,
  ].map((field) => Buffer.concat([uint32(field.length, true), ascii(field)]));
  const comments = Buffer.concat([uint32(0), uint32(fields.length, true), ...fields]);
  const frames = [0, 1, 2].map((number) => {
    const header = Buffer.of(0xff, 0xf8, 0xc9, 0x18, number);
    return Buffer.concat([header, Buffer.of(crc8(header)), Buffer.alloc(100, 0x33)]);
  });
  const blocks = [block(0, info), block(4, comments), block(0x86, image)];
  return Buffer.concat([ascii("fLaC"), ...blocks, ...frames]);
}

function crc8(data) {
  let crc = 0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) & 0xff) ^ (crc & 0x80 ? 0x07 : 0);
  }
  return crc;
}

function wav() {
  const chunk = (type, body) => Buffer.concat([ascii(type), uint32(body.length, true), body]);
  const format = Buffer.from("0100020044ac000010b1020004001000", "hex");
  const info = ["INAM", "ICMT", "ITRK", "ICRD"].map((id) => chunk(id, ascii("2004\0\0")));
  const content = Buffer.concat([
    ...[ascii("WAVE"), chunk("fmt ", format)],
    ...[chunk("LIST", Buffer.concat([ascii("INFO"), ...info])), chunk("data", Buffer.alloc(400))],
    chunk("id3 ", id3v2(3, 0, allFrames(0x80))),
  ]);
  return Buffer.concat([ascii("RIFF"), uint32(content.length, true), content]);
}
