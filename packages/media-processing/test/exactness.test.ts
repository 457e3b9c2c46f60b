import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { validSamples } from "@repo/sample-media";

import type { RenderData } from "../src/jobs/render.js";
import { deviations } from "./support/deviations.js";
import { Renderer } from "./support/renderer.js";

const FORMATS: readonly RenderData["source"][] = ["jpeg", "png", "webp", "gif"];

let renderer: Renderer;

beforeAll(() => {
  renderer = new Renderer();
});

afterAll(() => {
  renderer.close();
});

describe("variants that are made in one job", () => {
  it.each(FORMATS)("of a %s are what sharp alone makes", async (format) => {
    const ofFormat = (await validSamples()).filter((sample) => sample.format === format);
    const [smallest] = ofFormat.sort((a, b) => a.bytes.byteLength - b.bytes.byteLength);
    if (smallest === undefined) throw new Error(`there is no sample of ${format}`);
    expect(await deviations(renderer, smallest.bytes, format)).toEqual([]);
  });
});
