import { monitorEventLoopDelay } from "node:perf_hooks";

import { afterEach, describe, expect, it } from "@jest/globals";

import type { Inspection } from "../../../src/inspection/inspection.js";
import { InspectionPool } from "../../../src/inspection/isolation/inspection-pool.js";
import type { MediaFacts } from "../../../src/inspection/media-facts.js";
import { fmt, wav } from "../support/audio.js";
import { riffChunk } from "../support/images.js";
import { TINY_FILES } from "../support/tiny-files.js";
import { inspect } from "../support/inspect.js";

const HOSTILE = new URL("./hostile-worker.js", import.meta.url);
const files = Object.values(TINY_FILES);
let pool: InspectionPool | undefined;

function openPool(options: ConstructorParameters<typeof InspectionPool>[0] = {}): InspectionPool {
  pool = new InspectionPool({ workers: 2, deadlineSeconds: 1, ...options }, HOSTILE);
  return pool;
}

afterEach(async () => {
  await pool?.end();
});

/** Inspects a file in three pieces, with some rest for the others in between. */
async function inspectSlowly(inspection: Inspection, file: Uint8Array): Promise<MediaFacts> {
  const third = Math.ceil(file.byteLength / 3);
  for (let at = 0; at < file.byteLength; at += third) {
    await inspection.write(file.subarray(at, at + third));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return inspection.finish();
}

describe("InspectionPool", () => {
  it("tells in a worker what the parsers tell here, of many files at once", async () => {
    const inspector = openPool().inspector();
    const all = Array.from({ length: 10 }, () => files).flat();
    const facts = await Promise.all(all.map((file) => inspectSlowly(inspector.open(), file)));
    expect(facts).toEqual(await Promise.all(all.map((file) => inspect(file))));
  });

  it("carries a refusal over with its code and message", async () => {
    const inspection = openPool().inspector().open();
    const zip = Buffer.from("PK\x03\x04" + "\0".repeat(80), "latin1");
    await expect(inspection.write(zip)).rejects.toMatchObject({
      name: "UnsupportedMediaTypeError",
      code: "unsupported_media_type",
      message: expect.stringContaining("ZIP archive"),
    });
    await expect(inspection.finish()).rejects.toMatchObject({ code: "unsupported_media_type" });
  });

  it("takes a small file whole in one call", async () => {
    const inspector = openPool().inspector({ maxPixels: 1_000_000 });
    for (const file of files)
      expect(await inspector.open().finish(file)).toEqual(await inspect(file));
    await expect(inspector.open().finish()).rejects.toMatchObject({ code: "empty_file" });
  });

  it.each([
    ["spins", "!spin", /took too long/],
    ["eats the heap", "!heap", /too much memory|took too long/],
    ["eats memory outside the heap", "!bufs", /too much memory|took too long/],
    ["ends its thread", "!exit", /made its parser fail/],
  ])("refuses a file whose parser %s, and no other", async (_, bug, message) => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const inspector = openPool({ maxHeapMegabytes: 32, maxGrowthMegabytes: 128 }).inspector();
    const others = Array.from(
      { length: 32 },
      (_each, index) => files[index % files.length] ?? Buffer.of(),
    );
    // Begun before the worker is lost, so that each has left some of its file there.
    const opened = others.map((file) => ({ file, inspection: inspector.open() }));
    const half = (file: Buffer) => Math.ceil(file.byteLength / 2);
    await Promise.all(
      opened.map(({ file, inspection }) => inspection.write(file.subarray(0, half(file)))),
    );

    delay.enable();
    const hostile = inspector.open();
    const refused = hostile.write(Buffer.from(bug.padEnd(100, " ")));
    const facts = Promise.all(
      opened.map(async ({ file, inspection }) => {
        await inspection.write(file.subarray(half(file)));
        return inspection.finish();
      }),
    );
    await expect(refused).rejects.toMatchObject({ code: "invalid_media" });
    await expect(refused).rejects.toThrow(message);
    expect(await facts).toEqual(await Promise.all(others.map((file) => inspect(file))));
    delay.disable();
    process.stdout.write(
      `event loop delay beside a parser that has ${bug}: ${(delay.percentile(99) / 1e6).toFixed(1)} ms at the 99th percentile\n`,
    );
    expect(await inspector.open().finish(files[0])).toBeDefined();
  });

  it("replaces a worker whose heap has grown; its files go on in the next one", async () => {
    const bounds = { workers: 1, maxHeapMegabytes: 16, deadlineSeconds: 30 };
    const inspector = openPool(bounds).inspector();
    const hoarding = wav(
      fmt(),
      riffChunk("data", Buffer.alloc(400)),
      riffChunk("note", Buffer.from("!hoard")),
    );
    const [file = Buffer.of()] = files;
    const honest = inspector.open();
    await honest.write(file.subarray(0, 20));
    // Kept in one worker, all of it would be more than a thread may have.
    for (let times = 0; times < 40; times += 1) {
      expect(await inspector.open().finish(hoarding)).toMatchObject({ format: "wav" });
    }
    await honest.write(file.subarray(20));
    expect(await honest.finish()).toEqual(await inspect(file));
  }, 180_000);

  it("drops the waiting step of an inspection that is closed, and no other's", async () => {
    const inspector = openPool({ workers: 1 }).inspector();
    const [file = Buffer.of()] = files;
    const half = Math.ceil(file.byteLength / 2);
    const [first, closed, unopened, last] = [0, 1, 2, 3].map(() => inspector.open());
    await first?.write(file.subarray(0, half));
    await closed?.write(file.subarray(0, half));
    // The worker takes one step at a time: the others wait.
    const facts = first?.write(file.subarray(half)).then(() => first.finish());
    const dropped = [closed?.write(file.subarray(half)), unopened?.write(file)].map((write) =>
      expect(write).rejects.toThrow("the inspection was closed"),
    );
    const other = last?.finish(file);
    closed?.close();
    unopened?.close();

    await Promise.all(dropped);
    const expected = await inspect(file);
    expect(await facts).toEqual(expected);
    expect(await other).toEqual(expected);
  });

  it("says that the machine lacks a worker that cannot be loaded, which no repetition mends", async () => {
    pool = new InspectionPool({}, new URL("./missing-worker.js", import.meta.url));
    await expect(pool.inspector().open().finish(files[0])).rejects.toMatchObject({
      code: "resource_unavailable",
      resource: "processes",
      retryable: false,
      cause: { code: expect.stringMatching(/MODULE_NOT_FOUND$/) },
    });
  });

  it("tries the next suspect file where no worker could be started for the one before", async () => {
    const entry = new URL(HOSTILE);
    pool = new InspectionPool({ workers: 1 }, entry);
    const inspector = pool.inspector();
    const suspect = Buffer.from("!exit".padEnd(100, " "));
    const untried = inspector.open().write(suspect);
    // The worker that it ends has been started; the one of its own cannot be.
    entry.href = "http://127.0.0.1/";
    await expect(untried).rejects.toMatchObject({ code: "resource_unavailable" });
    entry.href = HOSTILE.href;
    await expect(inspector.open().write(suspect)).rejects.toMatchObject({ code: "invalid_media" });
  });

  it("ends its workers and goes on with new ones", async () => {
    const own = openPool();
    const inspection = own.inspector().open();
    const [file = Buffer.of()] = files;
    await inspection.write(file.subarray(0, 20));
    await own.end();
    await inspection.write(file.subarray(20));
    expect(await inspection.finish()).toEqual(await inspect(file));
  });
});
