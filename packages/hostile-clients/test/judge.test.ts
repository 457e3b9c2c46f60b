import { describe, expect, it } from "@jest/globals";

import type { Behaviour } from "../src/clients/behaviour.js";
import type { Visit } from "../src/clients/run-clients.js";
import type { Measurement } from "../src/messages.js";
import { type Evidence, judge } from "../src/run/judge.js";

const PICTURE = { bytes: Buffer.alloc(1), sha256: "aa" };
const START: Measurement = {
  heapUsed: 1,
  external: 1,
  arrayBuffers: 1,
  rss: 1,
  descriptors: 20,
  faults: [],
};
const FILE = { id: "1", state: "file", s3_key: "key", sha256: "aa" } as const;

function visit(code: string, facts: Partial<Behaviour> = {}): Visit {
  const behaviour = { name: "acts", act: () => Promise.resolve([]), right: [["right"]], ...facts };
  return { behaviour, parser: "busboy", picture: PICTURE, answers: [{ code }] };
}

const STORED: Visit = {
  ...visit("stored", { name: "is honest", right: [["stored"]], isHonest: true }),
  answers: [{ code: "stored", id: "1" }],
};

/** Of a run in which all is well, but for this. */
function findings(
  changes: Partial<Omit<Evidence, "stored">>,
  otherwiseStored: Partial<Evidence["stored"]> = {},
): string[] {
  const stored = {
    rows: [FILE],
    objects: new Map([["key", "aa"]]),
    unfinished: [],
    temporaryFiles: [],
    ...otherwiseStored,
  };
  return judge({ visits: [STORED], stored, start: START, end: START, ...changes });
}

describe("a run", () => {
  it("has no findings when all is well, or somebody was too slow", () => {
    expect(findings({})).toEqual([]);
    expect(findings({ visits: [STORED, visit("http 408"), visit("right")] })).toEqual([]);
  });

  const troubles: [string, Parameters<typeof findings>[0]][] = [
    ["an uncaught exception", { end: { ...START, faults: ["uncaughtException: no"] } }],
    ["memory that grew", { end: { ...START, heapUsed: 10_000_002 } }],
    ["open descriptors", { end: { ...START, descriptors: 26 } }],
    ["an answer that is not right", { visits: [STORED, visit("internal")] }],
    ["an answer that did not come", { visits: [STORED, { ...visit(""), answers: [] }] }],
    [
      "an honest client that was too slow",
      { visits: [STORED, visit("http 408", { isHonest: true })] },
    ],
    [
      "four clients that were all too slow",
      { visits: [STORED, ...Array.from({ length: 4 }, () => visit("http 408"))] },
    ],
  ];
  it.each(troubles)("finds %s", (_what, changes) => {
    expect(findings(changes)).toHaveLength(1);
  });

  const left: [string, Parameters<typeof findings>[1]][] = [
    ["a file that is lost", { rows: [], objects: new Map() }],
    ["a lease", { rows: [FILE, { ...FILE, id: "2", state: "upload", sha256: null }] }],
    [
      "an object without a row",
      {
        objects: new Map([
          ["key", "aa"],
          ["other", "aa"],
        ]),
      },
    ],
    ["an object of other bytes", { objects: new Map([["key", "bb"]]) }],
    ["a row without an object", { objects: new Map() }],
    ["half a picture", { rows: [FILE, { ...FILE, id: "2", sha256: "bb" }] }],
    ["an unfinished multipart upload", { unfinished: ["key"] }],
    ["a temporary file", { temporaryFiles: ["name"] }],
  ];
  it.each(left)("finds %s", (_what, stored) => {
    expect(findings({}, stored)).toHaveLength(1);
  });
});
