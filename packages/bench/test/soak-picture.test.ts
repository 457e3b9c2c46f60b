import { describe, expect, it } from "@jest/globals";

import { picture } from "../src/soak/picture/picture.js";
import { sampleAt } from "./support/sample-at.js";

const HALF_AN_HOUR = { seconds: 1800, concurrency: 32, failures: 0 };

function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text);
}

function linesOf(svg: string): string[][] {
  return [...svg.matchAll(/<polyline[^>]* points="([^"]*)"/g)].map(([, points = ""]) =>
    points.split(" "),
  );
}

describe("the picture of a soak", () => {
  it("has a panel with a unit for each subject, over a common time", () => {
    const texts = textsOf(picture([sampleAt(2), sampleAt(4)], HALF_AN_HOUR));
    expect(texts).toEqual(
      expect.arrayContaining([
        "Memory, MB",
        "Delay of the event loop, ms",
        "Open connections, count",
        "Operations, per second",
      ]),
    );
    expect(texts.filter((text) => text === "minutes")).toHaveLength(4);
    expect(texts).toContain("Soak of 30:00, 32 operations at once, 0 failed");
  });

  it("shows short runs in seconds", () => {
    const texts = textsOf(picture([sampleAt(1)], { ...HALF_AN_HOUR, seconds: 5 }));
    expect(texts).toContain("seconds");
    expect(texts).not.toContain("minutes");
  });

  it("draws a value in proportion to its axis", () => {
    const samples = [
      sampleAt(900, { rssBytes: 200_000_000 }),
      sampleAt(1800, { rssBytes: 400_000_000 }),
    ];
    // The lines of the memory come first, the resident memory on top; its axis ends at 400 MB.
    const resident = linesOf(picture(samples, HALF_AN_HOUR))[2];
    expect(resident).toEqual(["472,89", "880,34"]);
  });

  it("stays below 100 kB with as many samples as are kept", () => {
    const samples = Array.from({ length: 900 }, (_, at) =>
      sampleAt(2 * at, { rssBytes: 300_000_000 + 123_456 * (at % 97), delayP99Ms: at % 31 }),
    );
    const svg = picture(samples, HALF_AN_HOUR);
    expect(linesOf(svg).map(({ length }) => length)).toEqual(Array.from({ length: 9 }, () => 900));
    expect(Buffer.byteLength(svg)).toBeLessThan(100_000);
  });

  it("has numbers only, also without samples and with nothing but zeros", () => {
    const zeros = { rssBytes: 0, heapUsedBytes: 0, externalBytes: 0, operationsPerSecond: 0 };
    for (const samples of [[], [sampleAt(0, zeros)]]) {
      expect(picture(samples, HALF_AN_HOUR)).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it("is legible on light and dark pages", () => {
    expect(picture([], HALF_AN_HOUR)).toContain("prefers-color-scheme:dark");
  });
});
