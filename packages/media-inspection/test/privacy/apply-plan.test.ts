import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { applyPlan } from "../../src/privacy/apply-plan.js";
import type { Edit, EditPlan } from "../../src/privacy/edit-plan.js";

const FILE = Buffer.from("0123456789abcdefghijklmnopqrstuvwxyz");

async function applied(plan: EditPlan, chunks: Iterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of applyPlan(chunks, plan)) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
}

function* cut(sizes: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < FILE.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield FILE.subarray(at, at + size);
    at += size;
  }
}

/** What a plan makes of the file, put together in another way. */
function expected(edits: readonly Edit[]): string {
  return [...edits].reverse().reduce((text, { offset, length, bytes }) => {
    return text.slice(0, offset) + Buffer.from(bytes).toString() + text.slice(offset + length);
  }, FILE.toString());
}

describe("a plan", () => {
  it("drops, overwrites and inserts, at the ends too", async () => {
    const edit = (offset: number, length: number, text: string) => ({
      offset,
      length,
      bytes: Buffer.from(text),
    });
    const edits = [edit(0, 0, "<"), edit(2, 3, ""), edit(10, 1, "AA"), edit(36, 0, ">")];
    expect(await applied({ edits, removed: [] }, [FILE])).toBe(
      "<0156789AAbcdefghijklmnopqrstuvwxyz>",
    );
  });

  it("leaves a file as it is where it is empty", async () => {
    expect(await applied({ edits: [], removed: [] }, cut([5]))).toBe(FILE.toString());
  });

  it("makes the same file of chunks of any size", async () => {
    const step = fc.record({
      gap: fc.nat(6),
      length: fc.nat(8),
      bytes: fc.uint8Array({ min: 65, max: 90, maxLength: 4 }),
    });
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), sizes, async (steps, chunkSizes) => {
        const edits: Edit[] = [];
        let at = 0;
        for (const { gap, length, bytes } of steps) {
          const offset = at + gap;
          if (offset + length > FILE.length) break;
          edits.push({ offset, length, bytes });
          at = offset + length;
        }
        expect(await applied({ edits, removed: [] }, cut(chunkSizes))).toBe(expected(edits));
      }),
      { seed: 20_260_101, numRuns: 500 },
    );
  });
});
