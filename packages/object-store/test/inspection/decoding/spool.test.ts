import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { Spool } from "../../../src/inspection/decoding/spool.js";
import { collect } from "../../support/bytes.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "object-store-spool-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("Spool", () => {
  it("gives back what it was given, from a file that has no name", async () => {
    const spool = await Spool.open(folder);
    const parts = [Buffer.alloc(300_000, "a"), Buffer.alloc(1, "b"), Buffer.alloc(400_000, "c")];
    for (const part of parts) await spool.append(part);
    expect(await readdir(folder)).toEqual([]);
    expect(spool.byteLength).toBe(700_001);
    const read = (await collect(copies(spool.chunks()))).equals(Buffer.concat(parts));
    expect(read).toBe(true);
    await spool.close();
  });

  it("fails where there is no place for it", async () => {
    await expect(Spool.open(join(folder, "absent"))).rejects.toMatchObject({
      code: "resource_unavailable",
      resource: "temporary folder",
      retryable: false,
      cause: { code: "ENOENT" },
    });
  });
});

async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Uint8Array.from(chunk);
}
