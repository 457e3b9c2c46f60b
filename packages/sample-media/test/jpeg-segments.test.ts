import { describe, expect, it } from "@jest/globals";
import sharp from "sharp";

import { concat } from "../src/bytes.js";
import {
  isFrameHeader,
  JPEG_MARKERS,
  jpegSegment,
  walkJpegSegments,
} from "../src/containers/jpeg-segments.js";

const SOI = Uint8Array.of(0xff, 0xd8);
const EOI = Uint8Array.of(0xff, 0xd9);

describe("walkJpegSegments", () => {
  it("steps over coded data with stuffed bytes and restarts", () => {
    const scan = jpegSegment(JPEG_MARKERS.startOfScan, Uint8Array.of(1));
    const coded = Uint8Array.of(1, 0xff, 0, 2, 0xff, 0xd3, 3);
    const comment = jpegSegment(JPEG_MARKERS.comment, Uint8Array.of(7));
    const file = concat([SOI, scan, coded, comment, EOI]);
    expect([...walkJpegSegments(file)]).toEqual([
      { marker: 0xda, start: 2, end: 7 },
      { marker: 0xfe, start: 14, end: 19 },
    ]);
  });

  it("finds one frame header and several scans in a progressive image", async () => {
    const image = sharp({ create: { width: 9, height: 9, channels: 3, background: "red" } });
    const file = await image.jpeg({ progressive: true }).toBuffer();
    const markers = [...walkJpegSegments(file)].map(({ marker }) => marker);
    expect(markers.filter(isFrameHeader)).toEqual([0xc2]);
    expect(markers.filter((marker) => marker === 0xda).length).toBeGreaterThan(1);
  });

  it("refuses a file that ends inside a scan", () => {
    const scan = jpegSegment(JPEG_MARKERS.startOfScan, Uint8Array.of(1));
    const cut = concat([SOI, scan, Uint8Array.of(1, 2, 3)]);
    expect(() => [...walkJpegSegments(cut)]).toThrow(/inside a scan/);
  });
});

describe("jpegSegment", () => {
  it("takes at most 65,533 bytes", () => {
    expect(jpegSegment(0xfe, new Uint8Array(65_533))).toHaveLength(65_537);
    expect(() => jpegSegment(0xfe, new Uint8Array(65_534))).toThrow(RangeError);
  });
});
