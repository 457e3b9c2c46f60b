import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "@jest/globals";

import type { Job } from "../src/job.js";
import { Child } from "../src/run/child.js";

const JOB = {} as Job;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crash-proof-child-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** A process that does this with each job. */
async function childThat(onJob: string): Promise<Child> {
  const program = join(folder, `${Math.random()}.mjs`);
  await writeFile(
    program,
    `import { writeSync } from "node:fs";
     const write = (entry) => writeSync(4, JSON.stringify(entry) + "\\n");
     const ended = () => {
       write({ entry: "ended" });
       process.send({ type: "ended", steps: [], storageCalls: 0 });
     };
     let hasEnded = false;
     process.on("message", () => { ${onJob} });
     process.send({ type: "ready" });`,
  );
  return new Child(program);
}

it("plays one job after the other, and gives the journal of each", async () => {
  const child = await childThat(`write({ entry: "committing" }); ended();`);
  for (const turn of ["first", "second"]) {
    child.start(JOB);
    expect([turn, child.isResting]).toEqual([turn, false]);
    await expect(child.next()).resolves.toMatchObject({ type: "ended" });
    expect(child.rest().journal).toEqual([{ entry: "committing" }, { entry: "ended" }]);
    expect(child.isResting).toBe(true);
  }
  await child.end();
  expect(child.isResting).toBe(false);
});

it("says that it died to whoever starts the next job, and what it complained of", async () => {
  const child = await childThat(`
    if (hasEnded) throw new Error("late");
    hasEnded = true;
    ended();
  `);
  child.start(JOB);
  await expect(child.next()).resolves.toMatchObject({ type: "ended" });
  child.rest();
  child.go();
  await expect(child.next()).resolves.toEqual({ type: "died" });
  expect(child.isResting).toBe(false);
  child.start(JOB);
  expect((await child.end()).complaints).toMatch(/late/);
});

it("does not pass for alive when it died between its end and its rest", async () => {
  const child = await childThat(`
    if (hasEnded) process.exit(1);
    hasEnded = true;
    ended();
  `);
  child.start(JOB);
  await expect(child.next()).resolves.toMatchObject({ type: "ended" });
  child.go();
  await expect(child.next()).resolves.toEqual({ type: "died" });
  child.rest();
  expect(child.isResting).toBe(false);
});

it("keeps the journal of a job that was given up", async () => {
  const child = await childThat(
    `write({ entry: "committing" }); process.send({ type: "holding" });`,
  );
  child.start(JOB);
  await expect(child.next()).resolves.toEqual({ type: "holding" });
  child.giveUp();
  await expect(child.next()).resolves.toEqual({ type: "died" });
  expect(child.wasGivenUp).toBe(true);
  expect((await child.end()).journal).toEqual([{ entry: "committing" }]);
});
