import { MemoryRenderer } from "../../src/testing/memory-renderer.js";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ProcessPool } from "@repo/media-processing";
import { type Sample, validSamples } from "@repo/sample-media";

import type { MediaScope } from "../../src/index.js";
import { storeOver } from "../../src/object-store-service.js";
import { dependenciesOf } from "../../src/options.js";
import { sqlPersistence } from "../../src/persistence.js";
import { Inspector } from "../../src/upload/inspector.js";
import { pieces, sha256 } from "../support/bytes.js";
import { expectNothingStored } from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";

const decoders = new ProcessPool();
let harness: Harness;
let mine: MediaScope;
let samples: Sample[];

beforeAll(async () => {
  harness = await openHarness();
  mine = scopeWith(decoders, await harness.addUser());
  samples = await validSamples();
});

afterAll(async () => {
  decoders.end();
  await harness.close();
});

function scopeWith(pool: ProcessPool, userId: string): MediaScope {
  const options = { s3: harness.s3, verify: "decode" as const };
  const persistence = sqlPersistence(harness.database);
  const dependencies = dependenciesOf(options, persistence);
  const inspector = new Inspector(
    {},
    { decoders: pool, end: () => undefined },
    new MemoryRenderer(),
  );
  return storeOver({ ...dependencies, inspector }).forUser(userId);
}

async function leftovers(): Promise<unknown> {
  const rows = await harness.rows();
  const uploads: string[] = [];
  for await (const { key } of harness.s3.listMultipartUploads()) uploads.push(key);
  const objects = await harness.keys();
  return {
    unfinished: rows.filter(({ state }) => state !== "file"),
    uploads,
    orphans: objects.filter((key) => !rows.some(({ s3_key }) => s3_key === key)),
  };
}

const NOTHING = { unfinished: [], uploads: [], orphans: [] };

describe("an upload that is verified by decoding", () => {
  it("takes every valid sample, of known and of unknown length", async () => {
    for (const sample of samples) {
      const known = await uploadSample(mine, sample);
      const unknown = await uploadSample(mine, sample, pieces(sample.bytes, 5000));
      for (const { file } of [known, unknown]) {
        const { contentType } = sample.expect;
        expect(file).toMatchObject({ contentType, sha256: sha256(sample.bytes) });
      }
    }
  });

  it.each(["jpeg", "png", "webp", "gif"] as const)(
    "refuses a %s whose header is sound and whose pixels are cut short",
    async (format) => {
      const { bytes } = await sampleOf(format);
      const body = bytes.subarray(0, Math.floor(0.8 * bytes.byteLength));
      for (const upload of [body, pieces(body, 3000)]) {
        const refusal = await expectNothingStored(harness, () =>
          mine.images.upload({ body: upload }),
        );
        expect(refusal).toMatchObject({
          code: "invalid_media",
          message: expect.stringMatching(/cut short|damaged|ends|holds/),
        });
      }
      expect(await leftovers()).toEqual(NOTHING);
    },
  );

  it("takes an image in memory that is sent from there, and the smallest there is", async () => {
    // What stands behind the picture is no concern of its decoder.
    const large = Buffer.concat([(await sampleOf("jpeg")).bytes, Buffer.alloc(2_000_000, 7)]);
    const smallest = Buffer.from(
      "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b",
      "hex",
    );
    for (const body of [large, smallest]) {
      const { file } = await mine.images.upload({ body });
      expect(file).toMatchObject({ byteSize: body.byteLength, sha256: sha256(body) });
      const stored = await mine.images.download(file.id);
      expect(sha256(Buffer.concat(await stored.stream.toArray()))).toBe(sha256(body));
    }
    expect(await leftovers()).toEqual(NOTHING);
  });

  it("refuses pixels that are damaged, which is no concern of other uploads", async () => {
    const { bytes } = await sampleOf("png");
    const damaged = Buffer.from(bytes);
    const data = damaged.indexOf("IDAT") + 4;
    damaged.fill(0x55, data + 20, data + 60);
    const refusal = await expectNothingStored(harness, () => mine.images.upload({ body: damaged }));
    expect(refusal).toMatchObject({
      code: "invalid_media",
      message: "The PNG cannot be decoded: its data is damaged.",
      cause: expect.stringContaining("png"),
    });
    const { file } = await mine.images.upload({ body: damaged }, { verify: "metadata" });
    expect(file.sha256).toBe(sha256(damaged));
    await mine.images.delete(file.id);
    expect(await leftovers()).toEqual(NOTHING);
  });

  it("keeps back an image of several parts until its verdict", async () => {
    const { bytes } = await sampleOf("jpeg");
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0xff, 0xff]), Buffer.alloc(0xfffd)]);
    const comments = Array<Buffer>(150).fill(comment);
    const padded = Buffer.concat([bytes.subarray(0, 2), ...comments, bytes.subarray(2)]);
    const { file } = await mine.images.upload({ body: padded });
    expect(file.byteSize).toBe(padded.byteLength);
    await mine.images.delete(file.id);

    const cut = padded.subarray(0, padded.byteLength - Math.floor(bytes.byteLength / 2));
    for (const body of [cut, pieces(cut, 100_000)]) {
      const { code } = await expectNothingStored(harness, () => mine.images.upload({ body }));
      expect(code).toBe("invalid_media");
    }
    expect(await leftovers()).toEqual(NOTHING);
  });

  it("refuses an unknown way to verify", async () => {
    const upload = { body: (await sampleOf("png")).bytes };
    await expect(
      mine.images.upload(upload, { verify: "thoroughly" as "decode" }),
    ).rejects.toMatchObject({ code: "invalid_input" });
    expect(() => harness.storeWith({ verify: "no" as "decode" })).toThrow(/verify must be/);
  });
});

it("an upload says that the machine lacks a decoder where none can be loaded", async () => {
  const pool = new ProcessPool({}, new URL("./absent.js", import.meta.url));
  const scope = scopeWith(pool, await harness.addUser());
  const { bytes: body } = await sampleOf("png");
  const refusal = await expectNothingStored(harness, () => scope.images.upload({ body }));
  expect(refusal).toMatchObject({
    code: "resource_unavailable",
    resource: "processes",
    retryable: false,
    cause: { code: "EXIT_1", cause: { code: "ERR_MODULE_NOT_FOUND" } },
  });
  expect(await leftovers()).toEqual(NOTHING);
});

describe("an image that makes the decoder misbehave", () => {
  it.each([
    ["spins", "!spin", 5, /took too long to decode/],
    ["eats memory", "!bufs", 60, /needed too much memory to decode/],
    ["ends its process", "!exit", 60, /made the decoder fail/],
  ])("(it %s) is refused, and others go on", async (_, bug, seconds, message) => {
    const pool = new ProcessPool(
      { seconds, maxMegabytes: 384 },
      new URL("../../../media-processing/test/fixtures/hostile-jobs.js", import.meta.url),
    );
    const scope = scopeWith(pool, await harness.addUser());
    const hostile = Buffer.concat([(await sampleOf("jpeg")).bytes, Buffer.from(bug)]);
    const images = samples.filter(({ expect: { kind } }) => kind === "image").slice(0, 8);

    const refused = expect(scope.images.upload({ body: hostile })).rejects.toMatchObject({
      code: "invalid_media",
      message: expect.stringMatching(message),
    });
    const stored = await Promise.all(images.map((sample) => uploadSample(scope, sample)));
    expect(stored).toHaveLength(images.length);
    await refused;
    await scope.images.upload({ body: (await sampleOf("png")).bytes });
    pool.end();
    expect(await leftovers()).toEqual(NOTHING);
  });
});
