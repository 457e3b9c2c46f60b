import { describe, expect, it } from "@jest/globals";

import { type Check, checkId } from "../src/check.js";
import { contract } from "../src/contract.js";
import { type Difference } from "../src/difference.js";
import { registerContract } from "../src/register.js";
import { ceph } from "../src/servers/ceph.js";
import { swift } from "../src/servers/swift.js";
import { type Target } from "../src/subject.js";
import { startBucketServer } from "./support/bucket-server.js";

const passes: Check = () => Promise.resolve();
const fails: Check = () => Promise.reject(new Error("not as S3 does"));

const GROUP = { name: "a thing", dialects: ["http"] as const };

/** Registers checks of a group and runs them, one outcome for each. */
async function run(check: Check, differences: readonly Difference[] = []) {
  const server = await startBucketServer();
  const tests: { name: string; run: () => Promise<void> }[] = [];
  const target: Target = {
    name: "a server",
    server: () => server.address,
    restart: () => Promise.resolve(),
    protect: () => Promise.resolve(() => Promise.resolve()),
  };
  const register = (): void => {
    registerContract({
      runner: {
        describe(_name, body) {
          body();
        },
        it(name, body) {
          tests.push({ name, run: body });
        },
      },
      target,
      dialects: ["http"],
      differences,
      groups: [{ ...GROUP, checks: { works: check } }],
    });
  };
  const outcomes: string[] = [];
  try {
    register();
    for (const test of tests) {
      const outcome = test.run().then(
        () => "passed",
        (error: unknown) => (error as Error).message,
      );
      outcomes.push(await outcome);
    }
  } finally {
    await server.close();
  }
  return { names: tests.map(({ name }) => name), outcomes, left: server.buckets() };
}

function difference(behaves: Check): Difference {
  return {
    checks: ["a thing works"],
    what: "does not work",
    source: "https://example.com/",
    consequence: "None.",
    behaves,
  };
}

describe("registerContract", () => {
  it("passes what passes, fails what fails, and leaves no bucket", async () => {
    expect(await run(passes)).toEqual({ names: ["works"], outcomes: ["passed"], left: [] });
    expect(await run(fails)).toMatchObject({ outcomes: ["not as S3 does"], left: [] });
  });

  it("gives each check a bucket of its own", async () => {
    const seen: string[] = [];
    const note: Check = ({ bucket }) => {
      seen.push(bucket);
      return Promise.resolve();
    };
    await run(note);
    await run(note);
    expect(new Set(seen).size).toBe(2);
  });

  it("accepts a named difference only as it is named, and only while it lasts", async () => {
    const asNamed = await run(fails, [difference(passes)]);
    expect(asNamed.outcomes).toEqual(["passed"]);
    expect(asNamed.names).toEqual(["differs in: works (it does not work)"]);
    const otherwise = await run(fails, [difference(fails)]);
    expect(otherwise.outcomes).toEqual(["not as S3 does"]);
    const over = await run(passes, [difference(passes)]);
    expect(over.outcomes).toEqual([expect.stringContaining("the difference is over")]);
  });

  it("applies a difference in its dialects only", async () => {
    const elsewhere = { ...difference(passes), dialects: ["sdk"] as const };
    expect((await run(passes, [elsewhere])).names).toEqual(["works"]);
  });

  it("knows every check that a difference names", async () => {
    const unknown = { ...difference(passes), checks: ["a thing that nobody checks"] };
    await expect(run(passes, [unknown])).rejects.toThrow("a thing that nobody checks");
  });
});

describe("the differences of a known server", () => {
  it.each([ceph, swift])("name checks of the contract, each once and with its source", (server) => {
    const known = contract.flatMap((group) =>
      Object.keys(group.checks).map((title) => checkId(group, title)),
    );
    const named = server.differences.flatMap(({ checks }) => checks);
    expect(named.filter((check) => !known.includes(check))).toEqual([]);
    expect(new Set(named).size).toBe(named.length);
    for (const { source } of server.differences) expect(new URL(source).protocol).toBe("https:");
  });
});

describe("the contract", () => {
  it("has no two checks of one name", () => {
    const names = contract.flatMap((group) =>
      Object.keys(group.checks).map((title) => checkId(group, title)),
    );
    expect(new Set(names).size).toBe(names.length);
  });
});
