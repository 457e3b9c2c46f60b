import { describe, expect, it } from "@jest/globals";

import type { Trouble } from "../src/job.js";
import type { Entry } from "../src/journal.js";
import { type Ending, verdictOn } from "../src/run/verdict.js";

const KILL: Trouble = { type: "kill", step: 1, phase: "before" };
const RESET: Trouble = { type: "s3", request: 1, fault: "reset" };
const ENDED: readonly Entry[] = [{ entry: "ended" }];
const KILLING: readonly Entry[] = [{ entry: "committing" }, { entry: "killing" }];

function ending(facts: Partial<Ending>): Ending {
  return { ended: false, wasGivenUp: false, journal: [], complaints: "", ...facts };
}

describe("the verdict on how a child ended", () => {
  it("takes a kill for done where the journal ends with it", () => {
    expect(verdictOn(KILL, ending({ journal: KILLING }))).toEqual({ wasKilled: true, wrong: [] });
  });

  it.each([
    ["before it began", []],
    ["at another step", [{ entry: "committing" }]],
    ["after words of a kill", [...KILLING, { entry: "committing" }]],
  ] as [string, Entry[]][])("does not where it died %s", (_, journal) => {
    expect(verdictOn(KILL, ending({ journal, complaints: "out of memory" }))).toEqual({
      wasKilled: false,
      wrong: ["the process died by itself: out of memory"],
    });
  });

  it("does not where the use case came to its end", () => {
    const verdict = verdictOn(KILL, ending({ ended: true, journal: ENDED }));
    expect(verdict).toEqual({ wasKilled: false, wrong: [] });
  });

  it("finds a death wrong where none was due", () => {
    const { wrong } = verdictOn(RESET, ending({ journal: KILLING }));
    expect(wrong).toEqual([expect.stringContaining("died by itself")]);
  });

  it("finds it wrong that a child had to be given up, whatever its trouble", () => {
    for (const trouble of [KILL, RESET]) {
      const { wasKilled, wrong } = verdictOn(trouble, ending({ wasGivenUp: true }));
      expect([wasKilled, wrong]).toEqual([false, ["it did not come to its end: "]]);
    }
  });

  it("finds a broken use case wrong, save where the database was away", () => {
    const journal: Entry[] = [{ entry: "broken", message: "TypeError" }];
    const broken = ending({ ended: true, journal });
    expect(verdictOn(RESET, broken).wrong).toEqual(["the use case broke: TypeError"]);
    const crash: Trouble = { type: "postgres", step: 1, phase: "before", back: "late" };
    expect(verdictOn(crash, broken).wrong).toEqual([]);
  });
});
