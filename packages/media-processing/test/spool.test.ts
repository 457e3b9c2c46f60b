import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { Spool } from "../src/spool.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "spool-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("Spool", () => {
  it("returns the appended bytes, from a file without a name", async () => {
    const spool = await Spool.open(folder);
    const parts = [Buffer.alloc(300_000, "a"), Buffer.alloc(1, "b"), Buffer.alloc(400_000, "c")];
    for (const part of parts) await spool.append(part);
    expect(await readdir(folder)).toEqual([]);
    expect(spool.byteLength).toBe(700_001);
    const read: Buffer[] = [];
    for await (const chunk of spool.chunks()) read.push(Buffer.from(chunk));
    expect(Buffer.concat(read).equals(Buffer.concat(parts))).toBe(true);
    await spool.close();
  });

  it("fails if its folder does not exist", async () => {
    await expect(Spool.open(join(folder, "absent"))).rejects.toMatchObject({
      code: "processing_unavailable",
      operation: "temporary file",
      cause: { code: "ENOENT" },
    });
  });
});
