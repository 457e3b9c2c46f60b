import { deflateSync } from "node:zlib";

import type { ImageFormat } from "../../src/media-facts.js";
import { bytes, uint32be } from "./bytes.js";
import {
  chunk,
  exif,
  exifSegment,
  frameHeader,
  gif,
  gifFrame,
  jpeg,
  PALETTE,
  png,
  PNG_SIGNATURE,
  pngHeader,
  riffChunk,
  segment,
  vp8,
  vp8x,
  webp,
} from "./images.js";

/** Bytes that stand nowhere else. */
export const MARKER = Buffer.from("<marker 7f3Qz9k>", "latin1");

export interface MarkedFile {
  place: string;
  format: ImageFormat;
  bytes: Buffer;
}

const frame = frameHeader(3, 2);
const jfif = bytes("JFIF\0", 1, 2, 1, 0, 72, 0, 72, 0, 0);
const adobe = bytes("Adobe", 0, 100, 0, 0, 0, 0, 1);
const scan = bytes(segment(0xda, bytes(1, 1, 0, 0, 63, 0)), 1, 2, 3);
const headed = (...segments: Uint8Array[]) => jpeg(...segments, frame);
const scanned = (...parts: Uint8Array[]) => bytes(0xff, 0xd8, frame, scan, ...parts, 0xff, 0xd9);
const header = pngHeader(3, 2);
const data = chunk("IDAT", bytes(1, 2, 3));
const afterData = (...chunks: Uint8Array[]) =>
  bytes(PNG_SIGNATURE, header, data, ...chunks, chunk("IEND"));
const animation = chunk("acTL", bytes(uint32be(1), uint32be(0)));
/** As far as its size tells, which is odd. */
const profile = bytes(uint32be(131), Buffer.alloc(127, 1));
const canvas = (flags = 0) => vp8x(3, 2, flags);
const webpFrame = (...chunks: Uint8Array[]) =>
  webp(
    canvas(0x02),
    riffChunk("ANIM", Buffer.alloc(6)),
    riffChunk("ANMF", bytes(Buffer.alloc(16), ...chunks)),
  );
const block = (content: Uint8Array) => bytes(content.length, content);
const application = (name: string, ...blocks: Uint8Array[]) =>
  bytes(0x21, 0xff, 11, name, ...blocks, 0);
const loop = bytes(3, 1, 0, 0);
const xmpTrailer = bytes(1, Buffer.from(Array.from({ length: 256 }, (_, i) => 255 - i)), 0);

/** Files with the marker in every place that `all` removes. */
export const REMOVED: readonly MarkedFile[] = [
  ...marked("jpeg", {
    "a text of EXIF": headed(segment(0xe1, bytes("Exif\0\0", exif(6), MARKER))),
    "EXIF without an orientation": headed(segment(0xe1, bytes("Exif\0\0MM\0*", MARKER))),
    "a second EXIF profile": headed(
      exifSegment(6),
      segment(0xe1, bytes("Exif\0\0", exif(3), MARKER)),
    ),
    XMP: headed(segment(0xe1, bytes("http://ns.adobe.com/xap/1.0/\0", MARKER))),
    "an extension of XMP": headed(
      segment(0xe1, bytes("http://ns.adobe.com/xmp/extension/\0", MARKER)),
    ),
    "an unknown APP1": headed(segment(0xe1, MARKER)),
    "Photoshop's resources": headed(segment(0xed, bytes("Photoshop 3.0\0", MARKER))),
    "an unknown APP13": headed(segment(0xed, MARKER)),
    "a comment": headed(segment(0xfe, MARKER)),
    "JFIF's thumbnail": headed(segment(0xe0, bytes(jfif.subarray(0, 12), 2, 2, MARKER))),
    "a JFIF header that is too long": headed(segment(0xe0, bytes(jfif, MARKER))),
    "a JFXX thumbnail": headed(segment(0xe0, jfif), segment(0xe0, bytes("JFXX\0\x10", MARKER))),
    "the index of further pictures": headed(segment(0xe2, bytes("MPF\0", MARKER))),
    "a FlashPix segment": headed(segment(0xe2, bytes("FPXR\0", MARKER))),
    "an APP3": headed(segment(0xe3, MARKER)),
    "an APP12": headed(segment(0xec, bytes("Ducky", MARKER))),
    "an APP15": headed(segment(0xef, MARKER)),
    "an unknown APP14": headed(segment(0xee, MARKER)),
    "an Adobe segment that is too long": headed(segment(0xee, bytes(adobe, MARKER))),
    "a reserved segment": headed(segment(0xf0, MARKER)),
    "bytes between segments": headed(segment(0xdb, bytes(0, Buffer.alloc(64, 1))), MARKER),
    "a comment behind the scan": scanned(segment(0xfe, MARKER)),
    "a comment between scans": scanned(segment(0xfe, MARKER), scan),
    "bytes between tables behind a scan": scanned(segment(0xdd, bytes(0, 0)), MARKER, scan),
    "EXIF behind the scan": scanned(segment(0xe1, bytes("Exif\0\0", exif(6), MARKER))),
    "a colour profile behind the scan": scanned(
      segment(0xe2, bytes("ICC_PROFILE\0\x01\x01", MARKER)),
    ),
    "what follows the colour profile": headed(
      segment(0xe2, bytes("ICC_PROFILE\0\x01\x01", profile, MARKER)),
    ),
    "a part behind the colour profile": headed(
      segment(0xe2, bytes("ICC_PROFILE\0\x01\x02", profile)),
      segment(0xe2, bytes("ICC_PROFILE\0\x02\x02", MARKER)),
    ),
    "what follows the end": bytes(headed(), MARKER),
    "a motion photo's video": bytes(headed(), uint32be(24), "ftypmp42", MARKER),
    "a picture behind the end": bytes(headed(), headed(segment(0xfe, MARKER))),
  }),
  ...marked("png", {
    "a tEXt": png(header, chunk("tEXt", bytes("Author\0", MARKER))),
    "a zTXt": png(header, chunk("zTXt", bytes("Author\0\0", MARKER))),
    "an iTXt": png(header, chunk("iTXt", bytes("Author\0\0\0\0\0", MARKER))),
    XMP: png(header, chunk("iTXt", bytes("XML:com.adobe.xmp\0\0\0\0\0", MARKER))),
    "a raw profile": png(header, chunk("tEXt", bytes("Raw profile type iptc\0", MARKER))),
    "a raw EXIF profile": png(
      header,
      chunk(
        "zTXt",
        bytes("Raw profile type exif\0\0", deflateSync(bytes("\nexif\n 1\n00")), MARKER),
      ),
    ),
    eXIf: png(header, chunk("eXIf", bytes(exif(6), MARKER))),
    "a second eXIf": png(header, chunk("eXIf", exif(6)), chunk("eXIf", bytes(exif(3), MARKER))),
    "a private chunk": png(header, chunk("prVt", MARKER)),
    "a suggested palette": png(header, chunk("sPLT", bytes(MARKER, 0, 8))),
    "a histogram": png(header, chunk("hIST", MARKER)),
    "a gamma that is too long": png(header, chunk("gAMA", bytes(uint32be(45_455), MARKER))),
    "a time that is too long": png(header, chunk("tIME", MARKER)),
    "a second colour profile": png(
      header,
      chunk("iCCP", bytes("one\0\0")),
      chunk("iCCP", bytes("two\0\0", MARKER)),
    ),
    "a text behind the image data": afterData(chunk("tEXt", bytes("Author\0", MARKER))),
    "transparency behind the image data": afterData(chunk("tRNS", MARKER)),
    "a palette behind the image data": afterData(chunk("PLTE", bytes(MARKER, 0, 0))),
    "a frame that no animation announces": afterData(chunk("fdAT", bytes(uint32be(0), MARKER))),
    IEND: bytes(PNG_SIGNATURE, header, data, chunk("IEND", MARKER)),
    "what follows the end": bytes(png(header), MARKER),
  }),
  ...marked("webp", {
    EXIF: webp(canvas(0x08), vp8(3, 2), riffChunk("EXIF", bytes(exif(6), MARKER))),
    "EXIF that its flags do not announce": webp(
      canvas(),
      vp8(3, 2),
      riffChunk("EXIF", bytes(exif(6), MARKER)),
    ),
    "a second EXIF profile": webp(
      canvas(0x08),
      vp8(3, 2),
      riffChunk("EXIF", exif(6)),
      riffChunk("EXIF", bytes(exif(3), MARKER)),
    ),
    XMP: webp(canvas(0x04), vp8(3, 2), riffChunk("XMP ", bytes(MARKER, 1))),
    "an unknown chunk": webp(canvas(), riffChunk("abcd", MARKER), vp8(3, 2)),
    "a second image": webp(
      canvas(),
      vp8(3, 2),
      riffChunk("VP8 ", bytes(vp8(3, 2).subarray(8), MARKER)),
    ),
    "a second colour profile": webp(
      canvas(0x20),
      riffChunk("ICCP", bytes("one")),
      riffChunk("ICCP", MARKER),
      vp8(3, 2),
    ),
    "a frame of a still image": webp(
      canvas(),
      vp8(3, 2),
      riffChunk("ANMF", bytes(Buffer.alloc(16), MARKER)),
    ),
    "what follows the colour profile": webp(
      canvas(0x20),
      riffChunk("ICCP", bytes(profile, 0, MARKER)),
      vp8(3, 2),
    ),
    "a chunk behind a simple image": webp(vp8(3, 2), riffChunk("abcd", bytes(MARKER, 1))),
    "bytes behind a simple image": webp(vp8(3, 2), MARKER),
    "a chunk in a frame": webpFrame(vp8(1, 1), riffChunk("abcd", bytes(MARKER, 1))),
    "a second image in a frame": webpFrame(vp8(1, 1), riffChunk("VP8 ", MARKER)),
    "what follows the end": bytes(webp(vp8(3, 2)), MARKER),
  }),
  ...marked("gif", {
    "a comment": gif(3, 2, bytes(0x21, 0xfe, block(MARKER), 0), gifFrame()),
    XMP: gif(3, 2, gifFrame(), bytes(0x21, 0xff, 11, "XMP DataXMP", MARKER, xmpTrailer)),
    "an unknown application": gif(3, 2, application("UNKNOWN 1.0", block(MARKER)), gifFrame()),
    "an unknown extension": gif(3, 2, bytes(0x21, 0x42, block(MARKER), 0), gifFrame()),
    "more than how often to play": gif(
      3,
      2,
      application("NETSCAPE2.0", loop, block(MARKER)),
      gifFrame(),
    ),
    "more than a graphic control": gif(
      3,
      2,
      bytes(0x21, 0xf9, 4, 0, 0, 0, 0, block(MARKER), 0),
      gifFrame(),
    ),
    "what follows the end": bytes(gif(3, 2, gifFrame()), MARKER),
  }),
];

/** Files with the marker in places that stay. */
export const KEPT: readonly MarkedFile[] = [
  ...marked("jpeg", {
    "the colour profile": headed(segment(0xe2, bytes("ICC_PROFILE\0\x01\x01", MARKER))),
    "a quantisation table": headed(segment(0xdb, bytes(0, MARKER, Buffer.alloc(48, 1)))),
    "a scan": scanned(MARKER),
  }),
  ...marked("png", {
    "the colour profile": png(header, chunk("iCCP", bytes("name\0\0", MARKER))),
    "the palette": png(pngHeader(3, 2, 3), chunk("PLTE", bytes(MARKER, 0, 0))),
    transparency: png(pngHeader(3, 2, 3), PALETTE, chunk("tRNS", MARKER)),
    "the image data": afterDataOf(MARKER),
    "a frame": bytes(
      PNG_SIGNATURE,
      header,
      animation,
      data,
      chunk("fcTL", Buffer.alloc(26)),
      chunk("fdAT", bytes(uint32be(1), MARKER)),
      chunk("IEND"),
    ),
  }),
  ...marked("webp", {
    "the colour profile": webp(canvas(0x20), riffChunk("ICCP", MARKER), vp8(3, 2)),
    transparency: webp(canvas(0x10), riffChunk("ALPH", MARKER), vp8(3, 2)),
    "the image": webp(riffChunk("VP8 ", bytes(vp8(3, 2).subarray(8), MARKER))),
    "a frame": webpFrame(riffChunk("VP8 ", bytes(vp8(1, 1).subarray(8), MARKER))),
  }),
  ...marked("gif", {
    "the colour profile": gif(3, 2, application("ICCRGBG1012", block(MARKER)), gifFrame()),
    "plain text": gif(3, 2, bytes(0x21, 0x01, 12, Buffer.alloc(12), block(MARKER), 0), gifFrame()),
    "the image": gif(3, 2, bytes(0x2c, 0, 0, 0, 0, 3, 0, 2, 0, 0, 2, block(MARKER), 0)),
  }),
];

function afterDataOf(content: Uint8Array): Buffer {
  return bytes(PNG_SIGNATURE, header, chunk("IDAT", content), chunk("IEND"));
}

function marked(format: ImageFormat, files: Record<string, Buffer>): MarkedFile[] {
  return Object.entries(files).map(([place, file]) => ({ place, format, bytes: file }));
}
