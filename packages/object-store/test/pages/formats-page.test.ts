import { readFileSync } from "node:fs";

import { beforeAll, describe, expect, it } from "@jest/globals";
import {
  DEFAULT_INSPECTION_LIMITS,
  MEDIA_FORMATS,
  type MediaFacts,
  type MediaFormat,
} from "@repo/media-inspection";
import { type BrokenSample, brokenSamples, type Sample, validSamples } from "@repo/sample-media";

import { inspectMedia, ObjectStoreError } from "../../src/index.js";
import { TYPE_NAMES } from "../../src/service/declared-type.js";
import { DEFAULT_ISOLATION } from "../../src/upload/decoding.js";

const PAGE = new URL("../../../../docs/formats.md", import.meta.url);

let valid: Sample[];
let broken: BrokenSample[];

beforeAll(async () => {
  valid = await validSamples();
  broken = await brokenSamples();
});

/** The facts, or the code of the refusal. */
async function verdict(bytes: Uint8Array): Promise<MediaFacts | string> {
  return inspectMedia(bytes).catch((error: unknown) => {
    if (error instanceof ObjectStoreError) return error.code;
    throw error;
  });
}

/** The rows of the table under a heading, cell by cell, without its head and without backticks. */
function tableUnder(heading: string): string[][] {
  const section = readFileSync(PAGE, "utf8").split(`\n## ${heading}\n`)[1] ?? "";
  const [, ...rows] = (section.split("\n## ")[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .filter((line) => !/^[|\s-]+$/.test(line));
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.replaceAll("`", "").trim()),
  );
}

describe("docs/formats.md", () => {
  it("names every format with its content type and extensions", () => {
    const expected = Object.entries(MEDIA_FORMATS).map(([name, { contentType }]) => [
      name,
      contentType,
      TYPE_NAMES[name as MediaFormat].extensions.join(", "),
    ]);
    expect(tableUnder("Formats").map((row) => row.slice(0, 3))).toEqual(expected);
  });

  it("names every valid sample, and each is what it says", async () => {
    const named = tableUnder("Formats").flatMap(([format, , , samples = ""]) =>
      samples.split(" ").map((name) => `${name} ${format}`),
    );
    const found = await Promise.all(
      valid.map(async ({ name, bytes }) => {
        const facts = await verdict(bytes);
        return `${name} ${typeof facts === "string" ? facts : facts.format}`;
      }),
    );
    expect(named.sort()).toEqual(found.sort());
  });

  it("states every limit and its default", () => {
    const limits = { inspection: DEFAULT_INSPECTION_LIMITS, isolation: DEFAULT_ISOLATION };
    const expected = Object.entries(limits).flatMap(([group, options]) =>
      Object.entries(options).map(([name, value]) => [
        `${group}.${name}`,
        value.toLocaleString("en-US"),
      ]),
    );
    expect(tableUnder("Limits").map((row) => row.slice(0, 2))).toEqual(expected);
  });

  it("names every broken sample, and each is refused with the code it says", async () => {
    const found = await Promise.all(
      broken.map(async ({ name, bytes }) => [name, await verdict(bytes)]),
    );
    expect(tableUnder("Refusals")).toEqual(found);
  });
});
