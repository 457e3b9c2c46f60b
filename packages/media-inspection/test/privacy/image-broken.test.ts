import { describe, expect, it } from "@jest/globals";

import { InspectionError } from "../../src/errors.js";
import { planPrivacy } from "../../src/privacy/privacy-planner.js";
import { bytes, uint32be, uint32le } from "../support/bytes.js";
import {
  chunk,
  frameHeader,
  gif,
  gifFrame,
  jpeg,
  png,
  PNG_SIGNATURE,
  pngHeader,
  riffChunk,
  segment,
  vp8,
  vp8x,
  webp,
} from "../support/images.js";
import { MARKER } from "../support/markers.js";

const frame = frameHeader(3, 2);
const scan = bytes(segment(0xda, bytes(1, 1, 0, 0, 63, 0)), 1, 2, 3);
const header = pngHeader(3, 2);
const data = chunk("IDAT", bytes(1));
const text = chunk("tEXt", bytes("Author\0", MARKER));
const swallowed = bytes(
  ...[PNG_SIGNATURE, header, uint32be(text.length + 4), "IDAT", uint32be(0), text, uint32be(7)],
  chunk("IEND"),
);
const animation = chunk("acTL", bytes(uint32be(1), uint32be(0)));
const anim = riffChunk("ANIM", Buffer.alloc(6));
const imageless = riffChunk("ANMF", bytes(Buffer.alloc(16), riffChunk("abcd", MARKER)));
const longFrame = frameHeader(3, 2).subarray(4);

describe("under all, where it is not certain what belongs to the picture,", () => {
  it.each([
    ["whose frame header is too long", jpeg(segment(0xc0, bytes(longFrame, MARKER)))],
    [
      "whose scan header is too long",
      bytes(0xff, 0xd8, frame, segment(0xda, bytes(1, 1, 0, MARKER))),
    ],
    ["whose restart interval is too long", jpeg(segment(0xdd, bytes(0, 9, MARKER)), frame)],
    ["whose quantisation table is cut", jpeg(segment(0xdb, bytes(0, MARKER)), frame)],
    [
      "whose Huffman table is too long",
      jpeg(segment(0xc4, bytes(0, Buffer.alloc(16), MARKER)), frame),
    ],
    ["that has a reserved marker in its scan", bytes(0xff, 0xd8, frame, scan, 0xff, 2, MARKER)],
    ["that begins again behind its scan", bytes(0xff, 0xd8, frame, scan, jpeg(frame))],
    [
      "that ends behind its scan in a comment",
      bytes(0xff, 0xd8, frame, scan, segment(0xfe, MARKER)),
    ],
    ["that ends in its header", bytes(0xff, 0xd8, segment(0xfe, MARKER))],
    ["that ends in its scan, or behind it", bytes(0xff, 0xd8, frame, scan, MARKER)],
    ["that ends before a scan", bytes(0xff, 0xd8, frame, 0xff, 0xd9)],
  ])("a JPEG is refused %s", (_, file) => {
    expect(() => planPrivacy("all", file)).toThrow(InspectionError);
  });

  it.each([
    ["with an unknown critical chunk", png(header, chunk("ABCD", MARKER))],
    ["with a second header", png(header, header)],
    ["whose image data is not in a row", bytes(PNG_SIGNATURE, header, data, chunk("tEXt"), data)],
    ["whose image data has swallowed a chunk", swallowed],
    ["that ends in its image data", bytes(PNG_SIGNATURE, header, uint32be(99), "IDAT", MARKER)],
    ["that ends without IEND", bytes(PNG_SIGNATURE, header, data, MARKER.subarray(0, 3))],
    [
      "whose gamma does not match its checksum",
      png(header, chunk("gAMA", uint32be(45_455)).fill(0, 12)),
    ],
    ["with bytes in the place of a chunk", bytes(PNG_SIGNATURE, header, data, MARKER)],
    ["whose palette is too long", png(header, chunk("PLTE", Buffer.alloc(771)))],
    ["whose transparency is too long", png(header, chunk("tRNS", Buffer.alloc(257)))],
    ["whose frame has a broken header", png(header, animation, chunk("fcTL", MARKER))],
    ["with two animations", png(header, animation, animation)],
    ["with a frame before its animation", png(header, chunk("fcTL", Buffer.alloc(26)), animation)],
  ])("a PNG is refused %s", (_, file) => {
    expect(() => planPrivacy("all", file)).toThrow(InspectionError);
  });

  it.each([
    ["with an image outside its frames", webp(vp8x(3, 2, 2), anim, vp8(3, 2))],
    ["with a frame that is too short", webp(vp8x(3, 2, 2), anim, riffChunk("ANMF", MARKER))],
    [
      "with a chunk beyond its frame",
      webp(
        vp8x(3, 2, 2),
        anim,
        riffChunk("ANMF", bytes(Buffer.alloc(16), "VP8 ", uint32le(99), MARKER)),
      ),
    ],
    ["with a frame that has no image", webp(vp8x(3, 2, 2), anim, imageless)],
    ["with transparency but no canvas", webp(riffChunk("ALPH", MARKER), vp8(3, 2))],
    ["that is cut short", webp(vp8x(3, 2), vp8(3, 2)).subarray(0, -4)],
    ["with a canvas of a wrong length", webp(riffChunk("VP8X", MARKER), vp8(3, 2))],
  ])("a WebP is refused %s", (_, file) => {
    expect(() => planPrivacy("all", file)).toThrow(InspectionError);
  });

  it.each([
    [
      "with a graphic control of a wrong length",
      gif(3, 2, bytes(0x21, 0xf9, MARKER.length, MARKER, 0), gifFrame()),
    ],
    ["that ends in its image", gif(3, 2, gifFrame().subarray(0, -1), MARKER)],
    ["whose image ends before other bytes than a block", gif(3, 2, gifFrame(), MARKER)],
  ])("a GIF is refused %s", (_, file) => {
    expect(() => planPrivacy("all", file)).toThrow(InspectionError);
  });

  it("a file is refused whose metadata stands in more places than a plan holds", () => {
    const pair = bytes(segment(0xfe, bytes()), segment(0xdd, bytes(0, 0)));
    const file = jpeg(Buffer.alloc(40_000 * pair.length, pair), frame);
    expect(() => planPrivacy("all", file)).toThrow(/too many places|too much work/);
  });
});
