import { describe, expect, it } from "@jest/globals";

import { mistakes } from "./end-to-end/corpus-facts.js";

const ALIASES = { jpeg: ["image/jpeg"], wav: ["audio/wav", "audio/x-wav"], png: ["image/png"] };

const stored = (facts: object) => ({ event: "stored", contentType: "image/jpeg", ...facts });

describe("the judge of corpus results", () => {
  it("compares sizes as displayed", () => {
    const expected = { action: "accept", format: "jpeg", width: 2, height: 1 } as const;
    const turned = { ...expected, display_width: 1, display_height: 2 };
    expect(mistakes(stored({ width: 1, height: 2 }), turned, ALIASES)).toEqual([]);
    expect(mistakes(stored({ width: 2, height: 1 }), turned, ALIASES)).toHaveLength(2);
  });

  it("allows 1 % of the duration, at least 0.1 s, and 10 % of the bitrate", () => {
    const expected = {
      action: "accept",
      format: "wav",
      duration_s: 100,
      bitrate_bps: 1000,
      bitrate_overall_bps: 2000,
    } as const;
    const line = (durationSeconds: number, bitrate: number) =>
      stored({ contentType: "audio/x-wav", durationSeconds, bitrate });
    expect(mistakes(line(100.9, 1090), expected, ALIASES)).toEqual([]);
    expect(mistakes(line(101.1, 2190), expected, ALIASES)).toHaveLength(1);
    expect(mistakes(line(100, 1150), expected, ALIASES)).toHaveLength(1);
    expect(mistakes(line(0.6, 1000), { ...expected, duration_s: 0.5 }, ALIASES)).toEqual([]);
  });

  it("holds the whole file to the bitrate of a whole file", () => {
    const expected = {
      action: "accept",
      format: "wav",
      bitrate_bps: 8000,
      bitrate_kind: "overall",
    } as const;
    const line = (byteSize: number) =>
      stored({ contentType: "audio/wav", durationSeconds: 2, byteSize, bitrate: 1 });
    expect(mistakes(line(2000), expected, ALIASES)).toEqual([]);
    expect(mistakes(line(2300), expected, ALIASES)).toHaveLength(1);
  });

  it("lets frames of PNG be reported or not, and of others not", () => {
    const expected = { action: "accept", frames: 3 } as const;
    const png = stored({ contentType: "image/png", pages: 1 });
    expect(mistakes(png, { ...expected, format: "png" }, ALIASES)).toEqual([]);
    expect(mistakes(stored({ pages: 1 }), { ...expected, format: "jpeg" }, ALIASES)).toHaveLength(
      1,
    );
  });

  it("takes a missing fact for wrong where one is expected", () => {
    const expected = { action: "either", format: null, channels: 2 } as const;
    expect(mistakes(stored({}), expected, ALIASES)).toHaveLength(1);
  });

  it("accepts a rejection unless acceptance is due, and never a failure", () => {
    const rejected = { event: "rejected", message: "no" };
    expect(mistakes(rejected, { action: "reject", format: null }, ALIASES)).toEqual([]);
    expect(mistakes(rejected, { action: "either", format: "png" }, ALIASES)).toEqual([]);
    expect(mistakes(rejected, { action: "accept", format: "png" }, ALIASES)).toHaveLength(1);
    expect(mistakes(stored({}), { action: "reject", format: null }, ALIASES)).toHaveLength(1);
    const failed = { event: "failed", message: "no" };
    expect(mistakes(failed, { action: "either", format: null }, ALIASES)).toHaveLength(1);
    expect(mistakes(undefined, { action: "either", format: null }, ALIASES)).toHaveLength(1);
  });
});
