import { setImmediate as nextTurn } from "node:timers/promises";

import { describe, expect, it } from "@jest/globals";
import { PrivacyPlanner } from "@repo/media-inspection";

import type { ByteSource } from "../../src/upload/byte-source.js";
import { memorySource } from "../../src/upload/open-byte-source.js";
import { stripped } from "../../src/upload/stripped-source.js";
import { personalPng, SECRET } from "../support/personal.js";

const rules = (formats: string[] = []) => ({
  maxBytes: 1_000_000,
  planner: new PrivacyPlanner("all"),
  onFormat: (format: string) => formats.push(format),
});

async function bytesOf(source: ByteSource): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(1000);
    const count = await source.read(chunk);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
  }
}

describe("a stripped source", () => {
  it("tells its length, its format once, and what is left out", async () => {
    const png = await personalPng();
    const formats: string[] = [];
    const left = await stripped(memorySource(png), "all", rules(formats));
    expect(left).toMatchObject({ privacy: "all", removed: ["text"], isChanged: true });
    const bytes = await bytesOf(left.source);
    expect(left.source.byteLength).toBe(bytes.length);
    expect(bytes.includes(SECRET)).toBe(false);
    expect(formats).toEqual(["png"]);
    left.close();
  });

  it("keeps what can be read once only in a temporary file, until it is closed", async () => {
    const { rewind, ...once } = memorySource(await personalPng());
    expect(rewind).toBeDefined();
    const left = await stripped(once, "all", rules());
    left.close();
    await nextTurn();
    await expect(left.source.read(Buffer.alloc(10))).rejects.toMatchObject({
      code: "resource_unavailable",
    });
  });

  it("fails where the bytes change between the two times that they are read", async () => {
    const png = await personalPng();
    const source = memorySource(png);
    const changing = {
      ...source,
      rewind: () => {
        source.rewind?.();
        png.write("Another", png.indexOf(SECRET));
      },
    };
    const left = await stripped(changing, "all", rules());
    await expect(bytesOf(left.source)).rejects.toMatchObject({ code: "source_failed" });
  });

  it("ends with what its format is refused for", async () => {
    const refusal = new Error("another kind");
    const onFormat = () => {
      throw refusal;
    };
    const png = await personalPng();
    await expect(stripped(memorySource(png), "all", { ...rules(), onFormat })).rejects.toBe(
      refusal,
    );
  });
});
