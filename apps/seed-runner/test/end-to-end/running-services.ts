import { expect } from "@jest/globals";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { GIF } from "./media.js";
import { isAlive } from "./run-seed.js";

/** A new folder with more files than any run stores before it is interrupted. */
export async function manyFiles(folder: string): Promise<string> {
  const path = await mkdtemp(join(folder, "many-"));
  for (let at = 0; at < 400; at += 1) await writeFile(join(path, `${at}.gif`), GIF);
  return path;
}

/** The pid that PostgreSQL wrote into its data folder. */
export async function postgresPid(dataDir: string): Promise<number> {
  const names = await readdir(dataDir, { recursive: true });
  const file = names.find((name) => name.endsWith("postmaster.pid"));
  if (file === undefined) throw new Error("PostgreSQL does not run");
  return Number.parseInt(await readFile(join(dataDir, file), "utf8"), 10);
}

export async function expectNothingLeft(dataDir: string, pid: number): Promise<void> {
  expect(isAlive(pid)).toBe(false);
  const names = await readdir(dataDir, { recursive: true });
  expect(names.filter((name) => /\.(?:pid|lock)$/.test(name))).toEqual([]);
}
