import { deflateSync } from "node:zlib";

import { describe, expect, it } from "@jest/globals";

import { bytes, uint32be } from "./support/bytes.js";
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
  vp8l,
  vp8x,
  webp,
} from "./support/images.js";
import { inspectImage } from "./support/inspect.js";

/** A picture of one component whose file ends with its scan. */
const openJpeg = (size: number, scan: Uint8Array, ...before: Uint8Array[]) =>
  bytes(
    0xff,
    0xd8,
    frameHeader(size, size, 1),
    ...before,
    segment(0xda, bytes(1, 1, 0, 0, 63, 0)),
    scan,
  );

describe("a JPEG", () => {
  it("gives its size from the frame header, whatever the coding process", async () => {
    for (const marker of [0xc0, 0xc1, 0xc2, 0xc3, 0xc9]) {
      const facts = await inspectImage(jpeg(frameHeader(640, 480, 3, marker)));
      expect(facts).toEqual({
        kind: "image",
        format: "jpeg",
        contentType: "image/jpeg",
        width: 640,
        height: 480,
        orientation: 1,
        pages: 1,
        hasAlpha: false,
        complete: true,
      });
    }
  });

  it.each([1, 2, 3, 4])("keeps its sides in orientation %i", async (orientation) => {
    const facts = await inspectImage(jpeg(exifSegment(orientation), frameHeader(3, 2)));
    expect(facts).toMatchObject({ width: 3, height: 2, orientation });
  });

  it.each([5, 6, 7, 8])("swaps its sides in orientation %i", async (orientation) => {
    const facts = await inspectImage(jpeg(exifSegment(orientation), frameHeader(3, 2)));
    expect(facts).toMatchObject({ width: 2, height: 3, orientation });
  });

  it("reads little-endian EXIF, behind XMP and behind the frame header", async () => {
    const xmp = segment(0xe1, bytes("http://ns.adobe.com/xap/1.0/\0<x/>"));
    const profile = segment(0xe1, bytes("Exif\0\0", exif(6, "II")));
    const facts = await inspectImage(jpeg(xmp, frameHeader(3, 2), profile));
    expect(facts).toMatchObject({ width: 2, height: 3, orientation: 6 });
  });

  it("may be cut behind the header of its scan, as decoders show what there is", async () => {
    const file = jpeg(frameHeader(3, 2)).subarray(0, -5);
    expect(await inspectImage(file)).toMatchObject({ width: 3, height: 2, complete: false });
  });

  it("is complete without its end marker where its scan is long enough for the picture", async () => {
    const complete = async (size: number, scan: Buffer, ...before: Uint8Array[]) =>
      (await inspectImage(openJpeg(size, scan, ...before))).complete;
    // 100 blocks of two bits or more.
    expect(await complete(80, Buffer.alloc(25, 1))).toBe(true);
    expect(await complete(80, Buffer.alloc(24, 1))).toBe(false);
    expect(await complete(80, bytes(Buffer.alloc(9, 1), 0xff, 0xd9))).toBe(true);
    // The end of the file is inside a marker, or inside stuffing.
    expect(await complete(80, bytes(Buffer.alloc(25, 1), 0xff))).toBe(true);
    expect(await complete(80, bytes(Buffer.alloc(9, 1), 0xff, 0))).toBe(false);
  });

  it("counts the restart markers of a scan that is not ended", async () => {
    const interval = segment(0xdd, bytes(0, 25));
    const restarts = (count: number) =>
      Buffer.concat(Array.from({ length: count }, (_, index) => bytes(1, 0xff, 0xd0 + index)));
    const complete = async (count: number) =>
      (await inspectImage(openJpeg(80, restarts(count), interval))).complete;
    expect(await complete(3)).toBe(true);
    expect(await complete(2)).toBe(false);
  });

  it("is foretold by Huffman tables that were made for it", async () => {
    // DC: one code of one bit. AC: the end of a block in two bits, and values of 7 bits in two.
    const dc = bytes(0x00, 1, Buffer.alloc(15), 0);
    const ac = bytes(0x10, 0, 4, Buffer.alloc(14), 0, 7, 0x17, 0x27);
    const complete = async (size: number, ...tables: Buffer[]) =>
      (await inspectImage(openJpeg(80, Buffer.alloc(size, 1), segment(0xc4, bytes(...tables)))))
        .complete;
    // 0.6 times 1 + 7.25 * 4 bits for each of 100 blocks.
    expect(await complete(226, dc, ac)).toBe(true);
    expect(await complete(224, dc, ac)).toBe(false);
    // A table of all symbols is anyone's.
    const all = bytes(0x10, 0, 0, 0, 0, 0, 0, 0, 162, Buffer.alloc(8), Buffer.alloc(162));
    expect(await complete(224, dc, all)).toBe(true);
  });

  it("is complete where the scans of a progressive file hold all bits of all coefficients", async () => {
    const scan = (first: number, last: number, bits: number) =>
      bytes(segment(0xda, bytes(1, 1, 0, first, last, bits)), Buffer.alloc(20, 1));
    const scans = [scan(0, 0, 0x01), scan(1, 63, 0x00), scan(0, 0, 0x10)];
    const complete = async (count: number) => {
      const head = bytes(0xff, 0xd8, frameHeader(80, 80, 1, 0xc2));
      return (await inspectImage(bytes(head, ...scans.slice(0, count)))).complete;
    };
    expect(await complete(3)).toBe(true);
    expect(await complete(2)).toBe(false);
    expect(await complete(1)).toBe(false);
  });

  it("lacks components where their scans have not come", async () => {
    const scan = (id: number) =>
      bytes(segment(0xda, bytes(1, id, 0, 0, 63, 0)), Buffer.alloc(50, 1));
    const file = (...ids: number[]) => bytes(0xff, 0xd8, frameHeader(80, 80), ...ids.map(scan));
    expect(await inspectImage(file(1, 2, 3))).toMatchObject({ complete: true });
    expect(await inspectImage(file(1, 2))).toMatchObject({ complete: false });
  });

  it("may have any number of stray bytes between its segments", async () => {
    const file = jpeg(segment(0xe0, bytes("JFIF\0")), Buffer.alloc(300_000), frameHeader(3, 2));
    expect(await inspectImage(file)).toMatchObject({ width: 3, height: 2 });
  });

  it("does not take an EXIF profile of another magic number for one", async () => {
    const profile = bytes("Exif\0\0", exif(6));
    profile[9] = 43;
    const file = jpeg(segment(0xe1, profile), frameHeader(3, 2));
    expect(await inspectImage(file)).toMatchObject({ width: 3, height: 2, orientation: 1 });
  });

  it("takes the first profile that gives an orientation", async () => {
    const empty = segment(0xe1, bytes("Exif\0\0II*\0"));
    const file = jpeg(empty, exifSegment(6), exifSegment(1), frameHeader(3, 2));
    expect(await inspectImage(file)).toMatchObject({ width: 2, height: 3, orientation: 6 });
  });

  it.each([0, 9])("takes the orientation %i, out of range, for none", async (orientation) => {
    const facts = await inspectImage(jpeg(exifSegment(orientation), frameHeader(3, 2)));
    expect(facts).toMatchObject({ width: 3, height: 2, orientation: 1 });
  });

  it("ignores the size of the thumbnail inside its EXIF", async () => {
    const thumbnail = segment(0xe1, bytes("Exif\0\0", exif(1), jpeg(frameHeader(160, 120))));
    expect(await inspectImage(jpeg(thumbnail, frameHeader(3, 2)))).toMatchObject({ width: 3 });
  });

  it("passes over large profiles, fill bytes and stray bytes", async () => {
    const profiles = Array.from({ length: 40 }, () => segment(0xe2, Buffer.alloc(65_000)));
    const file = jpeg(...profiles, bytes(7, 0, 9, 0xff, 0, 0xff, 0xff), frameHeader(3, 2));
    expect(await inspectImage(file)).toMatchObject({ width: 3, height: 2 });
  });

  it.each([
    ["has no frame header", jpeg()],
    ["ends before its frame header", bytes(0xff, 0xd8, exifSegment(1))],
    ["ends inside its frame header", bytes(0xff, 0xd8, frameHeader(3, 2).subarray(0, 12))],
    ["ends before its scan", bytes(0xff, 0xd8, frameHeader(3, 2))],
    ["ends inside its scan's header", jpeg(frameHeader(3, 2)).subarray(0, 26)],
    ["scans a component that it has not", jpeg(frameHeader(3, 2).fill(9, 10))],
    ["has no components", jpeg(frameHeader(3, 2, 0))],
    ["has no width", jpeg(frameHeader(0, 2))],
    ["has no height", jpeg(frameHeader(3, 0))],
    ["has too many pixels", jpeg(frameHeader(65_535, 65_535))],
    ["has nothing but stray bytes", bytes(0xff, 0xd8, Buffer.alloc(200_000))],
  ])("is refused where it %s", async (_, file) => {
    await expect(inspectImage(file)).rejects.toMatchObject({ code: "invalid_media" });
  });
});

describe("a PNG", () => {
  it("gives its size from IHDR", async () => {
    expect(await inspectImage(png(pngHeader(640, 480)))).toEqual({
      kind: "image",
      format: "png",
      contentType: "image/png",
      width: 640,
      height: 480,
      orientation: 1,
      pages: 1,
      hasAlpha: false,
      complete: true,
    });
  });

  it("has alpha by its colour type or by tRNS", async () => {
    const alpha = async (file: Buffer) => (await inspectImage(file)).hasAlpha;
    expect(await alpha(png(pngHeader(1, 1, 4)))).toBe(true);
    expect(await alpha(png(pngHeader(1, 1, 6)))).toBe(true);
    expect(await alpha(png(pngHeader(1, 1, 3), PALETTE, chunk("tRNS", bytes(0))))).toBe(true);
    expect(await alpha(png(pngHeader(1, 1, 3), PALETTE))).toBe(false);
    // Behind the image data no decoder heeds it.
    const late = bytes(PNG_SIGNATURE, pngHeader(1, 1), chunk("IDAT"), chunk("tRNS", bytes(0)));
    expect(await alpha(late)).toBe(false);
  });

  it("reads the orientation from eXIf before and behind the image data", async () => {
    const before = png(pngHeader(3, 2), chunk("eXIf", exif(6)));
    const behind = bytes(
      PNG_SIGNATURE,
      pngHeader(3, 2),
      chunk("IDAT", bytes(1)),
      chunk("eXIf", exif(6)),
    );
    for (const file of [before, behind]) {
      expect(await inspectImage(file)).toMatchObject({ width: 2, height: 3, orientation: 6 });
    }
  });

  it.each(["tEXt", "zTXt", "iTXt plain", "iTXt compressed"])(
    "reads the orientation from a raw profile in %s",
    async (kind) => {
      const profile = bytes("Exif\0\0", exif(8));
      const hex = profile.toString("hex").replace(/(.{72})/g, "$1\n");
      const text = bytes(`\nexif\n      ${profile.length}\n${hex}\n`);
      const keyword = "Raw profile type exif\0";
      const chunks: Record<string, Buffer> = {
        tEXt: chunk("tEXt", bytes(keyword, text)),
        zTXt: chunk("zTXt", bytes(keyword, 0, deflateSync(text))),
        "iTXt plain": chunk("iTXt", bytes(keyword, 0, 0, "en\0", "\0", text)),
        "iTXt compressed": chunk("iTXt", bytes(keyword, 1, 0, "\0", "\0", deflateSync(text))),
      };
      const facts = await inspectImage(png(pngHeader(3, 2), chunks[kind] ?? bytes()));
      expect(facts).toMatchObject({ width: 2, height: 3, orientation: 8 });
    },
  );

  it("does not unpack a text chunk without bounds, nor stumble over a broken one", async () => {
    const bomb = bytes("Raw profile type exif\0", 0, deflateSync(Buffer.alloc(50_000_000)));
    const broken = bytes("Raw profile type exif\0", 0, 1, 2, 3);
    const file = png(pngHeader(3, 2), chunk("zTXt", bomb), chunk("zTXt", broken));
    expect(await inspectImage(file)).toMatchObject({ width: 3, height: 2, orientation: 1 });
  });

  it("counts the frames of an APNG that came, at most as many as it announces", async () => {
    const frame = chunk("fcTL", Buffer.alloc(26));
    const animated = (announced: number, frames: number) =>
      png(
        pngHeader(3, 2),
        chunk("acTL", bytes(uint32be(announced), uint32be(0))),
        ...Array.from({ length: frames }, () => frame),
      );
    const pages = async (file: Buffer) => (await inspectImage(file)).pages;
    expect(await pages(animated(3, 3))).toBe(3);
    expect(await pages(animated(0xffffffff, 2))).toBe(2);
    expect(await pages(animated(2, 3))).toBe(2);
    expect(await pages(animated(0, 0))).toBe(1);
    expect(await pages(png(pngHeader(3, 2), frame, frame))).toBe(1);
  });

  it.each([
    ["begins with another chunk than IHDR", png(chunk("aBCD"), pngHeader(1, 1))],
    ["has an IHDR with a wrong checksum", png(bytes(pngHeader(1, 1).fill(0, 21)))],
    ["has an IHDR of a wrong length", png(chunk("IHDR", Buffer.alloc(12)))],
    ["has a colour type that does not exist", png(pngHeader(1, 1, 5))],
    ["has no palette before its image data", png(pngHeader(1, 1, 3))],
    ["is compressed in an unknown way", png(pngHeader(1, 1, 2, 8, 0x80))],
    ["has no width", png(pngHeader(0, 1))],
    ["has no height", png(pngHeader(1, 0))],
    ["has too many pixels", png(pngHeader(100_000, 100_000))],
    ["has no image data", bytes(PNG_SIGNATURE, pngHeader(1, 1), chunk("IEND"))],
    ["ends inside IHDR", bytes(PNG_SIGNATURE, pngHeader(1, 1)).subarray(0, 20)],
  ])("is refused where it %s", async (_, file) => {
    await expect(inspectImage(file)).rejects.toMatchObject({ code: "invalid_media" });
  });
});

describe("a GIF", () => {
  it("gives the size of its screen, not of its frames", async () => {
    expect(await inspectImage(gif(16, 9, gifFrame()))).toEqual({
      kind: "image",
      format: "gif",
      contentType: "image/gif",
      width: 16,
      height: 9,
      orientation: 1,
      pages: 1,
      hasAlpha: false,
      complete: true,
    });
  });

  it("counts its frames, past comments and unknown extensions", async () => {
    const comment = bytes(0x21, 0xfe, 5, "hello", 2, "!!", 0);
    const file = gif(2, 2, gifFrame(), comment, gifFrame(), bytes(0x21, 0x42, 0), gifFrame());
    expect(await inspectImage(file)).toMatchObject({ pages: 3 });
  });

  it("has alpha where any frame has a transparent colour", async () => {
    const file = gif(2, 2, gifFrame(), gifFrame({ transparent: true }));
    expect(await inspectImage(file)).toMatchObject({ hasAlpha: true });
  });

  it("takes the first frame's extent where its screen has none", async () => {
    const file = gif(0, 0, gifFrame({ width: 7, height: 5 }));
    expect(await inspectImage(file)).toMatchObject({ width: 7, height: 5 });
  });

  it("is widened by a first frame that reaches beyond its screen, not by later ones", async () => {
    const wide = gifFrame({ width: 3, height: 9 });
    expect(await inspectImage(gif(4, 4, wide))).toMatchObject({ width: 4, height: 9 });
    const later = gif(4, 4, gifFrame(), wide);
    expect(await inspectImage(later)).toMatchObject({ width: 4, height: 4, pages: 2 });
  });

  it("counts the frames before broken data", async () => {
    const file = gif(2, 2, gifFrame(), bytes(0x99, 1, 2, 3), gifFrame());
    expect(await inspectImage(file)).toMatchObject({ pages: 1 });
  });

  it("is refused from the limit of frames on", async () => {
    const file = gif(2, 2, gifFrame(), gifFrame(), gifFrame());
    expect(await inspectImage(file, { maxPages: 3 })).toMatchObject({ pages: 3 });
    await expect(inspectImage(file, { maxPages: 2 })).rejects.toMatchObject({
      code: "invalid_media",
    });
  });

  it.each([
    ["holds no image", gif(2, 2)],
    ["holds a script in place of blocks", bytes("GIF89a", "<?php phpinfo(); ?>")],
    ["ends inside its header", gif(2, 2).subarray(0, 9)],
    ["has no surface", gif(0, 0, gifFrame({ width: 0, height: 0 }))],
    ["has too many pixels", gif(65_535, 65_535, gifFrame())],
  ])("is refused where it %s", async (_, file) => {
    await expect(inspectImage(file)).rejects.toMatchObject({ code: "invalid_media" });
  });
});

describe("a WebP", () => {
  it("gives its size from a lossy key frame", async () => {
    expect(await inspectImage(webp(vp8(640, 480)))).toEqual({
      kind: "image",
      format: "webp",
      contentType: "image/webp",
      width: 640,
      height: 480,
      orientation: 1,
      pages: 1,
      hasAlpha: false,
      complete: true,
    });
  });

  it("gives size and alpha of a lossless image", async () => {
    expect(await inspectImage(webp(vp8l(16_384, 1, true)))).toMatchObject({
      width: 16_384,
      height: 1,
      hasAlpha: true,
    });
    expect(await inspectImage(webp(vp8l(3, 2)))).toMatchObject({ hasAlpha: false });
  });

  it("reads EXIF with and without its prefix, behind chunks of odd size", async () => {
    for (const profile of [exif(6), bytes("Exif\0\0", exif(6))]) {
      const odd = riffChunk("XXXX", bytes(1));
      const file = webp(vp8x(3, 2, 0x08), vp8(3, 2), odd, riffChunk("EXIF", profile));
      expect(await inspectImage(file)).toMatchObject({ width: 2, height: 3, orientation: 6 });
    }
  });

  it("does not heed EXIF that its flags do not announce", async () => {
    const file = webp(vp8x(3, 2), vp8(3, 2), riffChunk("EXIF", exif(6)));
    expect(await inspectImage(file)).toMatchObject({ width: 3, height: 2, orientation: 1 });
  });

  it("may lack the last byte of padding, and be followed by others", async () => {
    const file = webp(vp8x(3, 2), vp8(3, 2), riffChunk("XMP ", bytes("<x>")));
    expect(await inspectImage(file.subarray(0, -1))).toMatchObject({ width: 3 });
    expect(await inspectImage(bytes(file, Buffer.alloc(99, 7)))).toMatchObject({ width: 3 });
  });

  it("has alpha by its flag or by an ALPH chunk", async () => {
    const alph = riffChunk("ALPH", bytes(0, 1));
    expect(await inspectImage(webp(vp8x(3, 2, 0x10), vp8(3, 2)))).toMatchObject({ hasAlpha: true });
    expect(await inspectImage(webp(vp8x(3, 2), alph, vp8(3, 2)))).toMatchObject({ hasAlpha: true });
    expect(await inspectImage(webp(vp8x(3, 2), vp8(3, 2)))).toMatchObject({ hasAlpha: false });
  });

  it("counts the frames of an animation", async () => {
    const frame = riffChunk("ANMF", bytes(Buffer.alloc(16), vp8(1, 1)));
    const file = webp(vp8x(30, 20, 0x02), riffChunk("ANIM", Buffer.alloc(6)), frame, frame);
    expect(await inspectImage(file)).toMatchObject({ width: 30, height: 20, pages: 2 });
  });

  it.each([
    ["has a canvas and no image", webp(vp8x(3, 2))],
    ["is cut in its image", webp(vp8(3, 2)).subarray(0, -2)],
    ["is cut behind its image", webp(vp8x(3, 2), vp8(3, 2), vp8(3, 2)).subarray(0, -20)],
    ["claims to be endless", bytes("RIFF", 255, 255, 255, 255, webp(vp8(3, 2)).subarray(8))],
    ["has a chunk beyond its end", bytes("RIFF", 20, 0, 0, 0, webp(vp8(3, 2)).subarray(8))],
    [
      "is cut in a frame",
      webp(vp8x(3, 2, 0x02), riffChunk("ANMF", bytes(Buffer.alloc(16), vp8(1, 1)))).subarray(0, -3),
    ],
    ["is an animation without frames", webp(vp8x(3, 2, 0x02), vp8(3, 2))],
    [
      "has a canvas of a wrong length",
      webp(riffChunk("VP8X", bytes(vp8x(3, 2).subarray(8), Buffer.alloc(8))), vp8(3, 2)),
    ],
    ["has another canvas than its image", webp(vp8x(3, 2), vp8(30, 20))],
    ["begins with no key frame", webp(riffChunk("VP8 ", Buffer.alloc(10, 1)))],
    ["has no lossless signature", webp(riffChunk("VP8L", Buffer.alloc(10)))],
    ["has no width", webp(vp8(0, 2))],
    ["holds nothing", webp()],
  ])("is refused where it %s", async (_, file) => {
    await expect(inspectImage(file)).rejects.toMatchObject({ code: "invalid_media" });
  });
});
