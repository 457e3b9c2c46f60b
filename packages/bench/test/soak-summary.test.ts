import { describe, expect, it } from "@jest/globals";

import { summaryText } from "../src/soak/cli/summary-text.js";
import { Tally } from "../src/soak/load/tally.js";
import { WrongHashError } from "../src/soak/load/wrong-hash-error.js";
import type { Sample } from "../src/soak/samples/sample.js";
import { isClean, type Run, summarize, type Summary } from "../src/soak/summary.js";
import { sampleAt } from "./support/sample-at.js";

const NOTHING = { files: 0, unfinished: 0, objects: 0, multipartUploads: 0 };
const STORED = { ...NOTHING, files: 3, objects: 3 };

function summaryOf(remarkable: Partial<Run> = {}): Summary {
  return summarize({
    complete: true,
    seconds: 1800,
    concurrency: 32,
    tally: new Tally(),
    samples: [],
    delay: { delayP50Ms: 1, delayP99Ms: 20 },
    stored: { expectedFiles: 3, afterLoad: STORED, afterDeletion: NOTHING },
    ...remarkable,
  });
}

function sampleOf(minute: number): Sample {
  return sampleAt(60 * minute, { rssBytes: minute * 1_000_000, s3Sockets: minute });
}

describe("the summary of a soak", () => {
  it("compares the memory of the first and the last five minutes", () => {
    const samples = Array.from({ length: 30 }, (_, at) => sampleOf(at + 1));
    const summary = summaryOf({ samples });
    expect(summary.rss).toEqual({
      windowSeconds: 300,
      firstMedianBytes: 3_000_000,
      lastMedianBytes: 27_500_000,
    });
    expect(summary).toMatchObject({ maxS3Sockets: 30, maxDatabaseConnections: 10 });
  });

  it("tells of no memory when the run was too short", () => {
    expect(summaryOf().rss).toBeNull();
    expect(summaryText(summaryOf())).toContain("too short a run to tell");
  });

  it("counts wrong bytes among the failures", () => {
    const tally = new Tally();
    tally.failed("download", new WrongHashError("some id", "aa", "bb"));
    tally.failed("list", new Error("no answer"));
    const summary = summaryOf({ tally });
    expect(summary).toMatchObject({ failures: 2, wrongHashes: 1 });
    expect(isClean(summary)).toBe(false);
    expect(summaryText(summary)).toContain("list: Error: no answer");
  });

  it("has enough after a hundred failures, and tells the first twenty", () => {
    const tally = new Tally();
    for (let count = 1; count < 100; count += 1) tally.failed("list", new Error("no answer"));
    expect(tally.enough.aborted).toBe(false);
    tally.failed("list", new Error("no answer"));
    expect(tally.enough.aborted).toBe(true);
    expect(tally.failureMessages).toHaveLength(20);
  });

  it("is clean when all is as expected", () => {
    expect(isClean(summaryOf())).toBe(true);
  });

  it.each([
    ["a row without an object", { afterLoad: { ...STORED, objects: 2 } }],
    ["a file that nobody kept", { expectedFiles: 2 }],
    ["an object left behind", { afterDeletion: { ...NOTHING, objects: 1 } }],
    ["an unfinished row", { afterDeletion: { ...NOTHING, unfinished: 1 } }],
    ["an open multipart upload", { afterDeletion: { ...NOTHING, multipartUploads: 1 } }],
  ])("is not clean with %s", (_what, found) => {
    const stored = { expectedFiles: 3, afterLoad: STORED, afterDeletion: NOTHING, ...found };
    const summary = summaryOf({ stored });
    expect(isClean(summary)).toBe(false);
    expect(summaryText(summary)).toContain("files expected");
  });
});
