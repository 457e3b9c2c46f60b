import { randomBytes } from "node:crypto";

import { beforeAll, describe, expect, it } from "@jest/globals";
import { validSamples } from "@repo/sample-media";
import sharp from "sharp";

import type { AudioFormat } from "../../src/media-facts.js";
import { planPrivacy, PrivacyPlanner } from "../../src/privacy/privacy-planner.js";
import { chunk, png, pngHeader } from "../support/images.js";
import { inspectAudio } from "../support/inspect.js";
import { flacKept, M4A_KEPT, MP3_KEPT, type Place, WAV_KEPT } from "../support/planted-audio.js";
import { applied } from "../support/strip-audio.js";

const OWNER = "Owner 7f3Qz9k";
const LATITUDE = "47/1 22/1 8641/997";
/** The last fraction of the latitude, as sharp writes it. */
const SECONDS = Buffer.from("c1210000e5030000", "hex");

let jpeg: Buffer;
let places: Record<AudioFormat, Place>;

beforeAll(async () => {
  jpeg = await sharp({ create: { width: 9, height: 8, channels: 3, background: "teal" } })
    .withExif({ IFD0: { Artist: OWNER }, IFD3: { GPSLatitudeRef: "N", GPSLatitude: LATITUDE } })
    .jpeg()
    .toBuffer();
  const flac = (await validSamples()).find(({ format }) => format === "flac");
  if (flac === undefined) throw new Error("there is no FLAC among the samples");
  const kept = {
    mp3: MP3_KEPT,
    wav: WAV_KEPT,
    flac: flacKept(Buffer.from(flac.bytes)),
    m4a: M4A_KEPT,
  };
  places = Object.fromEntries(
    Object.entries(kept).map(([format, each]) => [format, each["the cover"]]),
  ) as Record<AudioFormat, Place>;
});

function strippedOfAll(bytes: Buffer): Buffer {
  return applied(bytes, planPrivacy("all", bytes));
}

describe.each(["mp3", "wav", "flac", "m4a"] as const)("the cover of a stripped %s", (format) => {
  it("shows the same without its own EXIF and places", async () => {
    const file = places[format](jpeg);
    const [owner, seconds] = [Buffer.from(OWNER), SECONDS];
    expect([file.includes(owner), file.includes(seconds)]).toEqual([true, true]);
    const left = strippedOfAll(file);
    expect([left.includes(owner), left.includes(seconds)]).toEqual([false, false]);

    const cover = applied(jpeg, planPrivacy("all", jpeg));
    expect(left.includes(cover)).toBe(true);
    expect((await inspectAudio(left)).tags.cover?.byteSize).toBe(cover.length);
    expect(planPrivacy("all", left)).toEqual({ edits: [], removed: [] });
  });

  it.each([
    ["of another format", Buffer.from("BM of a picture that is not supported")],
    ["that is broken", png(pngHeader(3, 2), chunk("ABCD", Buffer.from("critical")))],
  ])("is left out where it is a picture %s", async (_, picture) => {
    const left = strippedOfAll(places[format](picture));
    expect((await inspectAudio(left)).tags.cover).toBeUndefined();
    expect(left.includes(picture.subarray(-8))).toBe(false);
  });

  it("stays where it has 8 MiB", async () => {
    const text = chunk("tEXt", Buffer.from(`Author\0${OWNER}`));
    const bare = png(pngHeader(3, 2), text, chunk("IDAT")).length;
    const data = chunk("IDAT", randomBytes(8 * 1024 * 1024 - 256 - bare));
    const picture = png(pngHeader(3, 2), text, data);
    const left = strippedOfAll(places[format](picture));
    const { cover } = (await inspectAudio(left)).tags;
    expect(cover?.byteSize).toBe(picture.length - text.length);
    expect(left.includes(OWNER)).toBe(false);
  });
});

describe.each(["all", "location"] as const)("a plan without %s", (privacy) => {
  it("tells the format once it shows", () => {
    const planner = new PrivacyPlanner(privacy);
    planner.write(jpeg.subarray(0, 1));
    expect(planner.format).toBeUndefined();
    planner.write(jpeg.subarray(1, 64));
    expect(planner.format).toBe("jpeg");
  });

  it("refuses what is no supported format", () => {
    expect(() => planPrivacy(privacy, Buffer.from("%PDF-1.7 a document"))).toThrow(
      expect.objectContaining({ name: "InspectionError", code: "unsupported_media_type" }),
    );
  });
});
