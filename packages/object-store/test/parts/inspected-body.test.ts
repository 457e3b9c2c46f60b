import { createHash } from "node:crypto";
import { Readable } from "node:stream";

import { describe, expect, it } from "@jest/globals";

import type { MediaFacts } from "@repo/media-inspection";

import type { ByteSource } from "../../src/upload/byte-source.js";
import { type BodyRules, InspectedBody } from "../../src/upload/inspected-body.js";
import { Inspection } from "../../src/upload/inspection.js";
import { readableSource } from "../../src/upload/iterable-source.js";
import { memorySource } from "../../src/upload/open-byte-source.js";
import { pieces } from "../support/bytes.js";
import { lentNext } from "../support/lent-next.js";

const FACTS = { kind: "image", format: "png" } as MediaFacts;
const HEAD = Buffer.alloc(200_000, 1);

type FakeInspection = BodyRules["inspection"];

/** Finds everything good as soon as `looked` resolves. */
function inspection(looked: Promise<unknown> = Promise.resolve()): FakeInspection {
  const write = async (): Promise<void> => {
    await looked;
  };
  return {
    format: "png",
    decodes: false,
    write,
    writeNow: write,
    finish: async () => {
      await looked;
      return FACTS;
    },
  };
}

/** A source that cannot show its memory. */
function copyingSource(bytes: Uint8Array): ByteSource {
  return { ...memorySource(bytes), memory: undefined };
}

/** A WAV of 850 KiB whose chunks take a parser several slices, with its audio behind them. */
function manyChunksThenSound(): Buffer {
  const head = Buffer.from("RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0", "latin1");
  const format = Buffer.from("401f0000401f000001000800", "hex");
  const chunks = Buffer.alloc(850 * 1024 - 4096, "junk\0\0\0\0", "latin1");
  const data = Buffer.concat([Buffer.from("data\x00\x08\0\0", "latin1"), Buffer.alloc(2048)]);
  return Buffer.concat([head, format, chunks, data]);
}

interface Deferred {
  promise: Promise<void>;
  resolve: () => void;
}

function deferred(): Deferred {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function refused(promise: Promise<unknown>): Promise<void> {
  await expect(promise).rejects.toMatchObject({ code: "upload_aborted" });
}

describe("InspectedBody", () => {
  it.each([1, 5_000, 200_000, 300_000, 2_000_000, 6_000_000])(
    "gives size and SHA-256 of %d bytes in memory, and of a stream of them",
    async (byteLength) => {
      const bytes = Buffer.from(new Uint8Array(byteLength).map((_v, index) => index % 253));
      const stream = Readable.from(pieces(bytes, 60_000), { objectMode: false });
      for (const source of [memorySource(bytes), readableSource(stream)]) {
        const rules = { maxBytes: 10_000_000, inspection: inspection() };
        const body = await InspectedBody.open(source, rules);
        await body.readToEnd();
        expect(body.verdict.byteSize).toBe(byteLength);
        expect(body.verdict.sha256).toEqual(createHash("sha256").update(bytes).digest());
        body.close();
      }
    },
  );

  it("inspects a head that comes in crumbs in few steps", async () => {
    const steps: number[] = [];
    const late: FakeInspection = {
      ...inspection(),
      get format() {
        return steps.length < 3 ? undefined : ("png" as const);
      },
      write(chunk) {
        steps.push(chunk.byteLength);
        return Promise.resolve();
      },
    };
    const crumbs = Readable.from(pieces(HEAD, 10), { objectMode: false });
    const rules = { maxBytes: 10_000_000, inspection: late };
    const body = await InspectedBody.open(readableSource(crumbs), rules);
    expect(steps).toEqual([16_390, 16_390, 16_390]);
    expect(body.head.bytes).toEqual(HEAD.subarray(0, 3 * 16_390));
    body.close();
  });

  it("lends nobody a block that a source may still write to after an abort", async () => {
    const late = deferred();
    let target: Uint8Array | undefined;
    let isHead = true;
    const source: ByteSource = {
      byteLength: undefined,
      filename: undefined,
      async read(into) {
        if (isHead) {
          isHead = false;
          into.set(HEAD.subarray(0, into.byteLength));
          return Math.min(HEAD.byteLength, into.byteLength);
        }
        target = into;
        await late.promise;
        return 0;
      },
      close: () => Promise.resolve(),
    };
    const abort = new AbortController();
    const rules = { maxBytes: 10_000_000, inspection: inspection(), signal: abort.signal };
    const body = await InspectedBody.open(source, rules);
    const read = body.readToEnd();
    await new Promise(setImmediate);
    abort.abort();
    await refused(read);
    body.close();

    expect(target).toBeDefined();
    expect(await lentNext()).not.toContain(target?.buffer);
    late.resolve();
    expect(await lentNext()).toContain(target?.buffer);
  });

  it("lends nobody a block that is still inspected after an abort", async () => {
    const looked = deferred();
    const inspected: Uint8Array[] = [];
    const slow: FakeInspection = {
      ...inspection(),
      async write(chunk) {
        inspected.push(chunk);
        if (inspected.length > 1) await looked.promise;
      },
    };
    const abort = new AbortController();
    const rules = { maxBytes: 10_000_000, inspection: slow, signal: abort.signal };
    const body = await InspectedBody.open(copyingSource(Buffer.alloc(3_000_000, 1)), rules);
    const read = body.readToEnd();
    while (inspected.length < 2) await new Promise(setImmediate);
    abort.abort();
    await refused(read);
    body.close();

    const { buffer } = inspected[1] as Uint8Array;
    expect(await lentNext()).not.toContain(buffer);
    looked.resolve();
    // The thread that hashes answers in its own time.
    while (!(await lentNext()).includes(buffer)) await new Promise(setImmediate);
  });

  it("reads and hashes no further once it is closed", async () => {
    const source = copyingSource(Buffer.alloc(3_000_000, 1));
    let reads = 0;
    const counted: ByteSource = {
      ...source,
      read: (target) => {
        reads += 1;
        return source.read(target);
      },
    };
    const looked = deferred();
    let writes = 0;
    const slow: FakeInspection = {
      ...inspection(),
      async write() {
        writes += 1;
        if (writes > 1) await looked.promise;
      },
    };
    const body = await InspectedBody.open(counted, { maxBytes: 10_000_000, inspection: slow });
    const read = body.readToEnd();
    while (writes < 2) await new Promise(setImmediate);
    body.close();
    looked.resolve();
    await expect(read).rejects.toThrow("the body is closed");
    expect({ reads, writes }).toEqual({ reads: 3, writes: 2 });
  });

  it("inspects a body in memory where it lies", async () => {
    const bytes = Buffer.from(new Uint8Array(3_000_000).map((_v, index) => index % 251));
    const inPlace: Uint8Array[] = [];
    const looked: FakeInspection = {
      ...inspection(),
      writeNow: (chunk) => {
        inPlace.push(chunk);
        return Promise.resolve();
      },
    };
    const rules = { maxBytes: 10_000_000, inspection: looked };
    const body = await InspectedBody.open(memorySource(bytes), rules);
    await body.readToEnd();
    expect(body.verdict.sha256).toEqual(createHash("sha256").update(bytes).digest());
    expect(new Set(inPlace.map(({ buffer }) => buffer))).toEqual(new Set([bytes.buffer]));
    expect(Buffer.concat([body.head.bytes, ...inPlace]).equals(bytes)).toBe(true);
    body.close();
  });

  it("judges and hashes what came, where memory changes between two slices of its inspection", async () => {
    const bytes = manyChunksThenSound();
    const original = Buffer.from(bytes);
    const expected = { sha256: createHash("sha256").update(original).digest() };
    const real = new Inspection({});
    let slices = 0;
    const overwriting: FakeInspection = {
      get format() {
        return real.format;
      },
      decodes: false,
      write: (chunk) => real.write(chunk),
      writeNow: (chunk) => {
        const written = real.writeNow(chunk);
        slices += 1;
        bytes.fill(0xee);
        return written;
      },
      finish: (last) => real.finish(last),
    };
    const rules = { maxBytes: 10_000_000, inspection: overwriting };
    const body = await InspectedBody.open(memorySource(bytes), rules);
    await body.readToEnd();
    expect(slices).toBe(1);
    expect(body.verdict).toMatchObject({ ...expected, facts: { format: "wav", sampleRate: 8000 } });
    body.close();
  });

  it("lets the event loop go on while many bodies in memory are looked at", async () => {
    const bytes = Buffer.alloc(3_000_000, 1);
    const silent = inspection();
    const bodies = await Promise.all(
      Array.from({ length: 12 }, () =>
        InspectedBody.open(memorySource(bytes), { maxBytes: 10_000_000, inspection: silent }),
      ),
    );
    let turns = 0;
    const done = Promise.all(bodies.map((body) => body.readToEnd())).then(() => "done");
    while ((await Promise.race([done, new Promise(setImmediate)])) !== "done") turns += 1;
    // 36 MB, of which each turn takes two or three.
    expect(turns).toBeGreaterThan(8);
  });

  it("fails with `source_failed` if its memory is transferred during inspection", async () => {
    const bytes = Buffer.from(new ArrayBuffer(3_000_000));
    const silent = inspection();
    const rules = { maxBytes: 10_000_000, inspection: silent };
    const body = await InspectedBody.open(memorySource(bytes), rules);
    const read = body.readToEnd();
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    await expect(read).rejects.toMatchObject({ code: "source_failed" });
  });

  it("copies memory that another thread may change, and looks at the copy", async () => {
    const bytes = Buffer.from(new SharedArrayBuffer(3_000_000)).fill(7);
    const looked = {
      ...inspection(),
      writeNow: () => Promise.reject(new Error("these bytes were not copied")),
    };
    const rules = { maxBytes: 10_000_000, inspection: looked };
    const body = await InspectedBody.open(memorySource(bytes), rules);
    expect(body.bytes).toBeUndefined();
    await body.readToEnd();
    expect(body.verdict.sha256).toEqual(createHash("sha256").update(bytes).digest());
    body.close();
  });
});
