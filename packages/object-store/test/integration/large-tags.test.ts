import { createReadStream } from "node:fs";
import { mkdtemp, readdir, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { type Sample, type SampleFormat, sizedMedia } from "@repo/sample-media";

import {
  detectMediaKind,
  fromPath,
  inspectMedia,
  type MediaBody,
  type MediaScope,
  type ObjectStoreOptions,
} from "../../src/index.js";
import { collect, pieces, sha256 } from "../support/bytes.js";
import { sendParts, sendPut } from "../support/direct-http.js";
import { expectNothingStored } from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { behindLargeTag } from "../support/large-tag.js";
import { sampleOf } from "../support/samples.js";

const FORMATS = ["flac", "wav", "m4a", "mp3"] as const satisfies SampleFormat[];
const DESCRIPTORS = "/proc/self/fd";

let harness: Harness;
let scope: MediaScope;
let userId: string;
let folder: string;
/** The temporary files of other tests in this process: an idle process of theirs holds one for some seconds. */
let foreign: string[] = [];

beforeAll(async () => {
  foreign = await spools();
  harness = await openHarness();
  userId = await harness.addUser();
  scope = harness.store.forUser(userId);
  folder = await mkdtemp(join(tmpdir(), "large-tags-"));
});

// A file is closed without waiting for it.
afterEach(() => expectSpoolsClosed());

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await harness.close();
});

/** The files that this process has open; those without a name are `(deleted)`. */
async function openFiles(): Promise<string[]> {
  const links = (await readdir(DESCRIPTORS)).map((name) =>
    // Of the listing itself, which is closed by now.
    readlink(join(DESCRIPTORS, name)).catch(() => ""),
  );
  const paths = (await Promise.all(links)).filter((link) => link.startsWith("/"));
  return paths.filter((path) => !foreign.includes(path)).sort();
}

async function spools(): Promise<string[]> {
  return (await openFiles()).filter((link) => link.includes("media-processing-"));
}

/** Waits for a close under way, but not until the garbage collection closes what was forgotten. */
async function expectSpoolsClosed(): Promise<void> {
  for (let looks = 0; looks < 50 && (await spools()).length > 0; looks += 1) {
    await new Promise(setImmediate);
  }
  expect(await spools()).toEqual([]);
}

interface Tagged extends Sample {
  path: string;
}

const made = new Map<SampleFormat, Promise<Tagged>>();

function tagged(format: SampleFormat): Promise<Tagged> {
  const sample = made.get(format) ?? makeTagged(format);
  made.set(format, sample);
  return sample;
}

async function makeTagged(format: SampleFormat): Promise<Tagged> {
  const sample = await sampleOf(format);
  const bytes = behindLargeTag(sample.bytes);
  const path = join(folder, sample.name);
  await writeFile(path, bytes);
  return { ...sample, bytes, path };
}

/** The facts to expect, whatever the size of the tag. */
function factsOf({ expect: truth }: Sample): object {
  if (truth.kind !== "audio") throw new Error("it is an image");
  const { contentType, sampleRate, channels, durationSeconds, tags } = truth;
  return {
    ...{ contentType, sampleRate, channels },
    durationSeconds: expect.closeTo(durationSeconds, 1),
    tags: expect.objectContaining({ ...tags, composer: "Composer" }),
  };
}

async function expectStored(id: string, bytes: Uint8Array, format: string): Promise<void> {
  const { stream } = await scope.audio.download(id);
  expect(sha256(await collect(stream))).toBe(sha256(bytes));
  const key = `audio/users/${userId}/${id}.${format}`;
  expect(await harness.keys()).toContain(key);
  const { contentType } = await harness.s3.head(key);
  expect(contentType).toBe((await sampleOf(format as SampleFormat)).expect.contentType);
}

describe.each(FORMATS)("a %s behind a tag of 6 MB", (format) => {
  it.each<[string, (sample: Tagged) => MediaBody]>([
    ["in memory", ({ bytes }) => bytes],
    ["as a stream in odd chunks", ({ bytes }) => pieces(bytes, 99_991)],
    ["as a stream of a file", ({ path }) => createReadStream(path)],
    ["by path", ({ path }) => fromPath(path)],
  ])("is stored as what it is, %s", async (_what, bodyOf) => {
    const sample = await tagged(format);
    const { file } = await scope.audio.upload({ body: bodyOf(sample) });
    expect(file).toMatchObject({ ...factsOf(sample), byteSize: sample.bytes.byteLength });
    await expectStored(file.id, sample.bytes, format);
  });

  it("is inspected and detected without a temporary file", async () => {
    const { bytes, expect: truth } = await tagged(format);
    for (const body of [bytes, pieces(bytes, 99_991)]) {
      expect(await inspectMedia(body)).toMatchObject({ format, contentType: truth.contentType });
    }
    let seen: string[] = [];
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces(bytes, 99_991)) {
        seen = [...seen, ...(await spools())];
        yield piece;
      }
    }
    expect(await detectMediaKind(watched())).toBe("audio");
    expect(await detectMediaKind(bytes)).toBe("audio");
    expect(seen).toEqual([]);
  });

  it("is accepted as a direct upload", async () => {
    const sample = await tagged(format);
    const { byteLength: byteSize } = sample.bytes;
    const { contentType } = sample.expect;
    const direct = await scope.audio.createDirectUpload({ byteSize, contentType });
    expect(await sendPut(direct.put, sample.bytes)).toBe(200);
    const { file } = await scope.audio.completeDirectUpload(direct.id);
    expect(file).toMatchObject(factsOf(sample));
    await expectStored(file.id, sample.bytes, format);
  });
});

describe("a long file behind a large tag", () => {
  it("is stored from a stream, by path, and sent in parts by a client", async () => {
    const bytes = behindLargeTag(await collect(sizedMedia("wav", 13_000_000)));
    const path = join(folder, "long.wav");
    await writeFile(path, bytes);
    for (const body of [pieces(bytes, 1_000_003), fromPath(path)]) {
      const { file } = await scope.audio.upload({ body }, { verify: "decode" });
      await expectStored(file.id, bytes, "wav");
    }
    const { byteLength: byteSize } = bytes;
    const direct = await scope.audio.createDirectUpload({ byteSize, contentType: "audio/wav" });
    expect(await sendParts(direct.parts, bytes)).toEqual(new Set([200]));
    const { file } = await scope.audio.completeDirectUpload(direct.id);
    await expectStored(file.id, bytes, "wav");
  });

  it("is told to be the same by its idempotency key", async () => {
    const bytes = behindLargeTag((await sampleOf("flac")).bytes);
    const upload = async (body: MediaBody) =>
      (await scope.audio.upload({ body }, { idempotencyKey: "large" })).file.id;
    const id = await upload(bytes);
    expect(await upload(pieces(bytes, 500_000))).toBe(id);
    const other = Buffer.from(bytes).fill(0, 5_000_000, 5_000_001);
    await expect(upload(pieces(other, 500_000))).rejects.toMatchObject({
      code: "idempotency_conflict",
    });
  });

  it("is refused as no image, and its temporary file is closed unread", async () => {
    const { bytes } = await tagged("flac");
    const upload = () => scope.images.upload({ body: pieces(bytes, 500_000) });
    expect((await expectNothingStored(harness, upload)).code).toBe("unsupported_media_type");
    await expectSpoolsClosed();
  });

  it.each([
    ["ends with 4 MiB of its tag", 4 * 1024 * 1024],
    ["is cut within its tag", 5_500_000],
  ])("is refused if it %s", async (_what, byteLength) => {
    const bytes = behindLargeTag((await sampleOf("flac")).bytes).subarray(0, byteLength);
    const upload = () => scope.audio.upload({ body: pieces(bytes, 65_536) });
    expect((await expectNothingStored(harness, upload)).code).toBe("invalid_media");
  });
});

describe("an upload that waits on disk", () => {
  const never = new Promise<never>(() => undefined);

  interface Case {
    code: string;
    options?: Partial<ObjectStoreOptions>;
    /** What becomes of the stream once it waits. */
    then?: (abort: AbortController) => unknown;
  }

  it.each<[string, Case]>([
    [
      "breaks off",
      {
        code: "source_failed",
        then: () => {
          throw new Error("broken off");
        },
      },
    ],
    [
      "is silent",
      { code: "source_failed", options: { sourceTimeoutSeconds: 1 }, then: () => never },
    ],
    ["exceeds maxBytes", { code: "file_too_large", options: { maxBytes: 5_800_000 } }],
    [
      "is aborted",
      {
        code: "upload_aborted",
        then: (abort) => {
          abort.abort();
        },
      },
    ],
    ["turns out to be no audio", { code: "unsupported_media_type" }],
  ])("leaves nothing if it %s", async (_what, { code, options = {}, then }) => {
    const bytes = behindLargeTag(Buffer.from("%PDF-1.7".repeat(100_000)));
    const abort = new AbortController();
    const before = await openFiles();
    let waiting: string[] = [];
    async function* body(): AsyncGenerator<Uint8Array> {
      yield* pieces(bytes.subarray(0, 5_500_000), 99_991);
      waiting = await spools();
      await then?.(abort);
      yield* pieces(bytes.subarray(5_500_000), 99_991);
    }
    const { audio } = harness.storeWith(options).forUser(userId);
    const upload = () => audio.upload({ body: body() }, { signal: abort.signal });
    expect((await expectNothingStored(harness, upload)).code).toBe(code);
    expect(waiting).toEqual([expect.stringMatching(/ \(deleted\)$/)]);
    await expectSpoolsClosed();
    expect(await openFiles()).toEqual(before);
  });
});
