import { createHash } from "node:crypto";

import { describe, expect, it } from "@jest/globals";
import type { MediaFacts } from "@repo/media-inspection";

import { type BodyRules, InspectedBody } from "../../src/upload/inspected-body.js";
import { iterableSource } from "../../src/upload/iterable-source.js";
import { MeasuredSource } from "../../src/upload/measured-source.js";
import { SpooledHead } from "../../src/upload/spooled-head.js";
import { pieces } from "../support/bytes.js";

const BYTES = Buffer.from(new Uint8Array(9_000_000).map((_v, index) => index % 251));
const FACTS = { kind: "audio", format: "flac" } as MediaFacts;

/** Shows its format once it was given so many bytes, or at the end. */
class Late {
  readonly decodes = false;
  readonly seen = createHash("sha256");
  format: "flac" | undefined;
  #byteLength = 0;

  constructor(private readonly showsAt: number) {}

  write(chunk: Uint8Array): Promise<void> {
    this.seen.update(chunk);
    this.#byteLength += chunk.byteLength;
    if (this.#byteLength >= this.showsAt) this.format = "flac";
    return Promise.resolve();
  }

  writeNow(chunk: Uint8Array): Promise<void> {
    return this.write(chunk);
  }

  async finish(last: Uint8Array): Promise<MediaFacts> {
    await this.write(last);
    this.format = "flac";
    return FACTS;
  }
}

function rulesOf(inspection: BodyRules["inspection"]): BodyRules {
  return { maxBytes: 10_000_000, inspection };
}

describe("SpooledHead", () => {
  it("gives what the source gave until the format showed, in pieces of any size", async () => {
    const rules = rulesOf(new Late(1_000_000));
    const source = new MeasuredSource(iterableSource(pieces(BYTES, 99_991)), rules);
    const spooled = await SpooledHead.open(source, rules);
    const read: Buffer[] = [];
    for (let size = 1; !spooled.isEmpty; size *= 3) {
      const target = Buffer.alloc(size);
      read.push(target.subarray(0, await spooled.read(target)));
    }
    expect(source.byteSize).toBeGreaterThanOrEqual(1_000_000);
    expect(source.byteSize).toBeLessThan(2_100_000);
    expect(Buffer.concat(read).equals(BYTES.subarray(0, source.byteSize))).toBe(true);
    spooled.close();
  });

  it("fails with `resource_unavailable` where its file cannot be read any more", async () => {
    const rules = rulesOf(new Late(1_000_000));
    const source = new MeasuredSource(iterableSource(pieces(BYTES, 99_991)), rules);
    const spooled = await SpooledHead.open(source, rules);
    spooled.close();
    await expect(spooled.read(Buffer.alloc(10))).rejects.toMatchObject({
      code: "resource_unavailable",
    });
  });
});

describe("a body whose format shows late", () => {
  it.each([4_194_304, 5_000_000, 8_999_999, Infinity])(
    "is hashed and inspected once, byte for byte, if it does after %d bytes",
    async (showsAt) => {
      for (const byteLength of [BYTES.byteLength, 4_194_304, 4_600_000, 5_200_000]) {
        const bytes = BYTES.subarray(0, byteLength);
        const sha256 = createHash("sha256").update(bytes).digest();
        for (const announced of [undefined, byteLength]) {
          const inspection = new Late(showsAt);
          const source = { ...iterableSource(pieces(bytes, 65_536)), byteLength: announced };
          const body = await InspectedBody.open(source, rulesOf(inspection));
          expect(body.format).toBe("flac");
          await body.readToEnd();
          expect(body.verdict).toEqual({ facts: FACTS, byteSize: byteLength, sha256 });
          expect(inspection.seen.digest()).toEqual(sha256);
          body.close();
        }
      }
    },
  );
});
