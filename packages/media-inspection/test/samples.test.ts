import { beforeAll, describe, expect, it } from "@jest/globals";
import {
  type AudioExpectation,
  brokenSamples,
  type ImageExpectation,
  type Sample,
  validSamples,
} from "@repo/sample-media";
import { parseBuffer } from "music-metadata";
import sharp from "sharp";

import { inspect, inspectAudio, inspectImage, verdict } from "./support/inspect.js";

let samples: readonly Sample[];

beforeAll(async () => {
  samples = await validSamples();
});

function ofKind<K extends "image" | "audio">(
  kind: K,
): (Sample & { expect: K extends "image" ? ImageExpectation : AudioExpectation })[] {
  return samples.filter((sample) => sample.expect.kind === kind) as ReturnType<typeof ofKind<K>>;
}

describe("generated samples", () => {
  it("have the facts that they were made with", async () => {
    expect(new Set(samples.map(({ format }) => format)).size).toBe(8);
    for (const { name, format, bytes, expect: expected } of samples) {
      const facts = await inspect(bytes, { chunks: [5000, 1, 77] });
      const { durationSeconds, ...exact } = { durationSeconds: undefined, ...expected };
      expect({ name, ...facts }).toMatchObject({ name, format, ...exact });
      if (facts.kind === "audio")
        expect(facts.durationSeconds).toBeCloseTo(durationSeconds ?? 0, 3);
    }
  });

  it("that are broken are refused with their code", async () => {
    for (const { name, bytes, code } of await brokenSamples()) {
      expect({ name, verdict: await verdict(bytes) }).toEqual({ name, verdict: code });
    }
  });
});

describe("other tools' answers on the samples", () => {
  it("agree with sharp on images, save for the frames of APNG, which it does not count", async () => {
    for (const { name, format, bytes } of ofKind("image")) {
      const facts = await inspectImage(bytes);
      const meta = await sharp(bytes, { pages: -1 }).metadata();
      const height = meta.pageHeight ?? meta.height;
      const orientation = meta.orientation ?? 1;
      const [shownWidth, shownHeight] =
        orientation >= 5 ? [height, meta.width] : [meta.width, height];
      expect({ name, ...facts }).toMatchObject({
        name,
        format: meta.format,
        width: shownWidth,
        height: shownHeight,
        orientation,
        ...(format === "png" ? {} : { pages: meta.pages ?? 1 }),
        // To libvips every animated GIF has alpha.
        ...(format === "gif" ? {} : { hasAlpha: meta.hasAlpha }),
      });
    }
  });

  it("agree with music-metadata on audio", async () => {
    for (const { name, bytes } of ofKind("audio")) {
      const facts = await inspectAudio(bytes);
      const { format, common } = await parseBuffer(bytes, undefined, { duration: true });
      expect({ name, ...facts }).toMatchObject({
        name,
        sampleRate: format.sampleRate,
        channels: format.numberOfChannels,
        tags: Object.fromEntries(
          (["title", "artist", "album"] as const)
            .filter((tag) => common[tag] !== undefined)
            .map((tag) => [tag, common[tag]]),
        ),
      });
      expect(Math.abs(facts.durationSeconds - (format.duration ?? 0))).toBeLessThan(0.1);
    }
  });
});
