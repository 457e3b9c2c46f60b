import { beforeAll, describe, expect, it } from "@jest/globals";
import { validSamples } from "@repo/sample-media";

import { verdict } from "../support/inspect.js";
import { flacLocation, LOCATIONS, NO_LOCATIONS, type Place } from "../support/planted-audio.js";
import { audioPlan, stripped } from "../support/strip-audio.js";

const MARK = Buffer.from("Marker 000000000", "latin1");
const WIDE = Buffer.from("Marker 000000000", "utf16le");

function holdsMark(file: Buffer): boolean {
  return file.includes(MARK) || file.includes(WIDE);
}

async function expectRemoved(place: Place): Promise<void> {
  const file = place(MARK);
  expect(holdsMark(file)).toBe(true);
  const plan = audioPlan(file, { privacy: "location" });
  expect(plan.removed).toEqual(["gps"]);
  const result = stripped(file, { privacy: "location", chunks: [1, 50, 1000] });
  expect(holdsMark(result)).toBe(false);
  expect(result.length).toBe(file.length);
  expect(await verdict(result)).toEqual(await verdict(file));
  expect(audioPlan(result, { privacy: "location" })).toEqual({ edits: [], removed: [] });
}

describe("a place on earth", () => {
  it.each(Object.entries(LOCATIONS))("is overwritten in %s", async (_, place) => {
    await expectRemoved(place);
  });

  it.each(Object.entries(LOCATIONS))("of 100 KiB never stays in part in %s", (_, place) => {
    const file = place(Buffer.alloc(100 * 1024, MARK));
    let result: Buffer;
    try {
      result = stripped(file, { privacy: "location" });
    } catch (error) {
      expect(error).toMatchObject({ name: "InspectionError", code: "invalid_media" });
      return;
    }
    expect(holdsMark(result)).toBe(false);
  });

  describe("in a FLAC", () => {
    let flac: Buffer;

    beforeAll(async () => {
      const sample = (await validSamples()).find(({ format }) => format === "flac");
      if (sample === undefined) throw new Error("there is no FLAC among the samples");
      flac = Buffer.from(sample.bytes);
    });

    it.each(Object.keys(flacLocation(Buffer.alloc(0))))("is overwritten in %s", async (name) => {
      const place = flacLocation(flac)[name];
      if (place === undefined) throw new Error(`there is no ${name}`);
      await expectRemoved(place);
    });
  });
});

describe("what is no place", () => {
  it.each(Object.entries(NO_LOCATIONS))("stays as it is: %s", (_, place) => {
    const plan = audioPlan(place(MARK), { privacy: "location" });
    expect(plan).toEqual({ edits: [], removed: [] });
  });
});
