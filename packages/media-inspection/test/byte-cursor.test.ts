import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { ByteCursor, type RecordFormat, type Walk } from "../src/byte-cursor.js";

/** Runs a walk over chunks whose memory is overwritten as soon as it is given back. */
function run<T>(cursor: ByteCursor, walk: Walk<T>, chunks: readonly Uint8Array[]): T {
  for (const chunk of chunks) {
    const lent = Uint8Array.from(chunk);
    cursor.push(lent);
    while (cursor.ready) {
      const step = walk.next();
      if (step.done === true) return step.value;
    }
    cursor.release();
    lent.fill(0xee);
  }
  cursor.end();
  for (;;) {
    const step = walk.next();
    if (step.done === true) return step.value;
    if (!cursor.ready) throw new Error("the walk wants more than the end of the file");
  }
}

/** A cursor over bytes that are all there. */
function over(bytes: Uint8Array): ByteCursor {
  return new ByteCursor().over(bytes);
}

function split(data: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let index = 0;
  for (let at = 0; at < data.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    chunks.push(data.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

const data = fc.uint8Array({ maxLength: 20_000, minLength: 1 });
const sizes = fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 1, maxLength: 5 });
const operations = fc.array(
  fc.record({
    kind: fc.constantFrom("peek", "peek at", "take", "skip", "fold", "hop", "zeros", "seek"),
    n: fc.integer({ min: 1, max: 9000 }),
  }),
  { maxLength: 30 },
);

/** As long as their first byte says, of which some begin none. */
const RECORDS: RecordFormat = {
  headerBytes: 2,
  sizeAt: (bytes, at) => (bytes.getUint8(at) < 9 ? 0 : bytes.getUint8(at)),
};

function* perform(
  cursor: ByteCursor,
  list: readonly { kind: string; n: number }[],
): Walk<unknown[]> {
  const log: unknown[] = [];
  for (const { kind, n } of list) {
    if (kind === "peek") log.push((yield* cursor.peek(n)).toString("hex"));
    if (kind === "take") log.push((yield* cursor.take(n)).toString("hex"));
    if (kind === "skip") log.push(yield* cursor.skip(n));
    if (kind === "peek at") log.push((yield* cursor.peekAt(n, 7)).toString("hex"));
    if (kind === "hop") log.push(yield* cursor.hop(RECORDS, cursor.position + n));
    if (kind === "zeros") log.push(yield* cursor.skipZeros(n));
    if (kind === "seek") {
      const places: number[] = [];
      const visit = (window: Buffer, at: number): number => {
        if (window[at + (n % 2)] !== (n & 0xff)) throw new Error("what was visited is no match");
        places.push(cursor.position + at, window[at + 2] ?? -1);
        cursor.charge(3);
        return places.length > 8 ? 0 : (n % 5) + 1;
      };
      const byte = n & 0xff;
      log.push(yield* cursor.seek({ byte, offset: n % 2 }, 3, visit, n), places);
    }
    if (kind === "fold") {
      const runs: Buffer[] = [];
      const visit = (part: Buffer) => {
        if (part.length % 4 !== 0) throw new Error("a run is cut inside a record");
        runs.push(Buffer.from(part));
      };
      yield* cursor.fold(n, 4, visit);
      log.push(Buffer.concat(runs).toString("hex"));
    }
    log.push(cursor.position);
  }
  return log;
}

/** The same cases on every run. */
const RUNS = { seed: 20_260_101, numRuns: 300 };

describe("ByteCursor", () => {
  it("reads the same however the bytes are cut into chunks", () => {
    fc.assert(
      fc.property(data, sizes, operations, (bytes, cut, list) => {
        const whole = over(bytes);
        const expected = run(whole, perform(whole, list), []);
        const pieces = new ByteCursor();
        expect(run(pieces, perform(pieces, list), split(bytes, cut))).toEqual(expected);
        // So is what it is charged, and with it the verdict of the budget.
        expect(pieces.budget.spent).toBe(whole.budget.spent);
      }),
      RUNS,
    );
  });

  it("gives the bytes themselves, in order", () => {
    fc.assert(
      fc.property(data, sizes, fc.array(fc.nat(7000), { maxLength: 9 }), (bytes, cut, lengths) => {
        const cursor = new ByteCursor();
        const read = function* (): Walk<Buffer> {
          const parts: Buffer[] = [];
          for (const length of lengths) parts.push(yield* cursor.take(length));
          return Buffer.concat([...parts, yield* cursor.take(30_000)]);
        };
        expect(run(cursor, read(), split(bytes, cut)).equals(bytes)).toBe(true);
      }),
      RUNS,
    );
  });

  it("remembers the last bytes from any place on", () => {
    fc.assert(
      fc.property(
        data,
        sizes,
        fc.nat(20_000),
        fc.integer({ min: 1, max: 3000 }),
        (bytes, cut, skipped, kept) => {
          const cursor = new ByteCursor();
          const read = function* (): Walk<Buffer> {
            yield* cursor.skip(skipped);
            yield* cursor.peek(5);
            cursor.keepTail(kept);
            yield* cursor.skip(Infinity);
            return cursor.tail();
          };
          const rest = bytes.subarray(skipped);
          const expected = rest.subarray(Math.max(0, rest.length - kept));
          expect(run(cursor, read(), split(bytes, cut)).equals(expected)).toBe(true);
        },
      ),
      RUNS,
    );
  });

  it("finds the first place with enough bytes behind it", () => {
    const cursor = new ByteCursor();
    const visit = (window: Buffer, at: number) => (window[at + 1] === 0x62 ? 0 : 1);
    const chunks = ["xxa", "b", "yab"].map((text) => Buffer.from(text));
    const read = function* (): Walk<number[]> {
      const places: number[] = [];
      while (yield* cursor.seek({ byte: 0x61 }, 2, visit)) {
        places.push(cursor.position);
        yield* cursor.skip(1);
      }
      return places;
    };
    expect(run(cursor, read(), chunks)).toEqual([2, 5]);
  });
});
