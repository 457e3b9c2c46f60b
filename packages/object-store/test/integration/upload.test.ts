import { execFileSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { ReadableStream } from "node:stream/web";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { brokenSamples, type Sample, sizedMedia, validSamples } from "@repo/sample-media";

import { fromPath, InvalidInputError, type MediaBody, ObjectStoreError } from "../../src/index.js";
import { collect, pieces, sha256 } from "../support/bytes.js";
import {
  expectNothingChanged,
  expectNothingStored,
  refusalOf,
} from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { storageWith } from "../support/storage-with.js";

let harness: Harness;
let folder: string;
let userId: string;

beforeAll(async () => {
  harness = await openHarness();
  folder = await mkdtemp(join(tmpdir(), "object-store-upload-"));
  userId = await harness.addUser();
});

afterAll(async () => {
  await harness.close();
  await rm(folder, { recursive: true, force: true });
});

describe("upload", () => {
  it("stores every valid sample with its facts and its exact bytes", async () => {
    const scope = harness.store.forUser(userId);
    for (const sample of await validSamples()) {
      const { file, url } = await uploadSample(scope, sample);

      expect(file).toMatchObject({
        userId,
        filename: sample.name,
        byteSize: sample.bytes.byteLength,
        sha256: sha256(sample.bytes),
      });
      expectFacts(file, sample);
      const response = await fetch(url);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe(sample.expect.contentType);
      expect(sha256(new Uint8Array(await response.arrayBuffer()))).toBe(file.sha256);
    }
  });

  it("refuses every broken sample with its code and stores nothing", async () => {
    const scope = harness.store.forUser(await harness.addUser());
    const samples = await brokenSamples();
    await expectNothingChanged(harness, async () => {
      for (const { name, bytes, code } of samples) {
        for (const collection of [scope.images, scope.audio]) {
          const upload = { body: bytes, filename: name };
          const refusal = await refusalOf(() => collection.upload(upload));
          // What begins as audio is no image, broken or not, and the other way round.
          expect([code, "unsupported_media_type"]).toContain(refusal.code);
        }
      }
    });
  });

  const shapes: [string, (sample: Sample) => MediaBody | Promise<MediaBody>][] = [
    ["a Buffer", ({ bytes }) => Buffer.from(bytes)],
    ["a Uint8Array", ({ bytes }) => new Uint8Array(bytes)],
    ["a Blob", ({ bytes }) => new Blob([new Uint8Array(bytes)])],
    ["a Node stream", ({ bytes }) => Readable.from(pieces(bytes, 1000), { objectMode: false })],
    ["a web stream", ({ bytes }) => new Blob([new Uint8Array(bytes)]).stream()],
    ["an async iterable", ({ bytes }) => pieces(bytes, 777)],
    [
      "an async iterable that fills one buffer again and again",
      async function* ({ bytes }) {
        const buffer = Buffer.alloc(512);
        for await (const piece of pieces(bytes, 512)) {
          buffer.set(piece);
          yield buffer.subarray(0, piece.byteLength);
        }
      },
    ],
    [
      "a path",
      async (sample) => {
        const path = join(folder, sample.name);
        await writeFile(path, sample.bytes);
        return fromPath(path);
      },
    ],
  ];

  it.each(shapes)("takes %s", async (_shape, toBody) => {
    const scope = harness.store.forSystem();
    for (const format of ["jpeg", "m4a"] as const) {
      const sample = await sampleOf(format);
      const { file } = await uploadSample(scope, sample, await toBody(sample));

      expect(file.sha256).toBe(sha256(sample.bytes));
      expectFacts(file, sample);
      const collection = file.kind === "image" ? scope.images : scope.audio;
      const { stream } = await collection.download(file.id);
      expect(sha256(await collect(stream))).toBe(file.sha256);
    }
  });

  it("takes the name of a File or a path when none is given", async () => {
    const scope = harness.store.forSystem();
    const { bytes } = await sampleOf("png");
    const path = join(folder, "from-path.png");
    await writeFile(path, bytes);
    const named = new File([new Uint8Array(bytes)], "from-file.png");

    expect((await scope.images.upload({ body: fromPath(path) })).file.filename).toBe(
      "from-path.png",
    );
    expect((await scope.images.upload({ body: named })).file.filename).toBe("from-file.png");
    expect((await scope.images.upload({ body: bytes })).file.filename).toBeNull();
  });

  it("keeps a transcript with audio", async () => {
    const { bytes } = await sampleOf("mp3");
    const scope = harness.store.forUser(userId);
    const { file } = await scope.audio.upload({ body: bytes, transcript: "Once upon a time…" });
    expect((await scope.audio.get(file.id)).transcript).toBe("Once upon a time…");
  });

  it("refuses an image as audio and audio as an image, and stores nothing", async () => {
    const scope = harness.store.forUser(await harness.addUser());
    const [png, wav] = [await sampleOf("png"), await sampleOf("wav")];
    for (const upload of [
      () => scope.audio.upload({ body: png.bytes }),
      () => scope.images.upload({ body: wav.bytes }),
    ]) {
      const { code } = await expectNothingStored(harness, upload);
      expect(code).toBe("unsupported_media_type");
    }
  });

  it("refuses an owner that does not exist", async () => {
    const { bytes } = await sampleOf("gif");
    const nobody = "01890000-0000-7000-8000-000000000000";
    const { code } = await expectNothingStored(harness, () =>
      harness.store.forUser(nobody).images.upload({ body: bytes }),
    );
    expect(code).toBe("owner_not_found");
  });

  it("stores what it inspected, though the caller changes the buffer meanwhile", async () => {
    const sample = await sampleOf("png");
    for (const wrap of [
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => Readable.from([bytes], { objectMode: false }),
      (bytes: Buffer) => ReadableStream.from([bytes]),
    ]) {
      const bytes = Buffer.from(sample.bytes);
      const { images } = harness.store.forSystem();
      const upload = images.upload({ body: wrap(bytes) });
      const overwriting = setInterval(() => bytes.fill(0x41), 0);
      const outcome = await upload.catch((error: unknown) => error);
      clearInterval(overwriting);
      if (outcome instanceof Error) {
        expect(outcome).toBeInstanceOf(ObjectStoreError);
        continue;
      }
      const { file } = outcome as Awaited<typeof upload>;
      const { stream } = await images.download(file.id);
      expect(sha256(await collect(stream))).toBe(file.sha256);
    }
  });

  it("stores nothing when the caller changes bytes that are being sent", async () => {
    const bytes = await collect(sizedMedia("wav", 2_000_000));
    const changed = 255 - (bytes[1_000_000] ?? 0);
    const changing = storageWith(harness.s3, {
      put: (input) => {
        bytes.fill(changed, 1_000_000, 1_000_001);
        return harness.s3.put(input);
      },
    });
    const { audio } = harness.storeWith({ s3: changing }).forSystem();
    const { code } = await expectNothingStored(harness, () => audio.upload({ body: bytes }));
    expect(code).toBe("storage_error");
  });

  it("destroys the stream of a body that it refuses", async () => {
    const path = join(folder, "text.png");
    await writeFile(path, "this is text ".repeat(100_000));
    const stream = createReadStream(path);
    await expect(harness.store.forSystem().images.upload({ body: stream })).rejects.toMatchObject({
      code: "unsupported_media_type",
    });
    expect(stream.destroyed).toBe(true);
  });

  it("refuses a web stream that is locked", async () => {
    const stream = new Blob(["x"]).stream();
    stream.getReader();
    await expect(harness.store.forSystem().images.upload({ body: stream })).rejects.toBeInstanceOf(
      InvalidInputError,
    );
  });

  it("cuts a large body of known length before its last byte when it is refused there", async () => {
    const media = await collect(sizedMedia("m4a", 12_000_000, { moov: "end" }));
    const cut = new Blob([new Uint8Array(media.subarray(0, 11_000_000))]);
    const { audio } = harness.store.forSystem();
    const { code } = await expectNothingStored(harness, () => audio.upload({ body: cut }));
    expect(code).toBe("invalid_media");
  });

  it("refuses a named pipe as path without waiting for its writer", async () => {
    const path = join(folder, "pipe.png");
    execFileSync("mkfifo", [path]);
    await expect(
      harness.store.forSystem().images.upload({ body: fromPath(path) }),
    ).rejects.toMatchObject({ code: "invalid_input" });
  });

  it("fails with source_failed when the body's source fails, and stores nothing", async () => {
    const { bytes } = await sampleOf("wav");
    const scope = harness.store.forSystem();
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* pieces(bytes.subarray(0, bytes.byteLength / 2), 1000);
      throw new Error("the disk is gone");
    }
    const refusal = await expectNothingStored(harness, () =>
      scope.audio.upload({ body: failing() }),
    );
    expect(refusal).toMatchObject({
      code: "source_failed",
      cause: { message: "the disk is gone" },
    });
  });

  it.each([
    ["no input", undefined],
    ["no body", {}],
    ["a string as body", { body: "bytes" }],
    ["an unknown property", { body: new Uint8Array(1), owner: "me" }],
    ["a filename that is no string", { body: new Uint8Array(1), filename: 5 }],
    ["a path that does not exist", { body: fromPath("/nonexistent/cat.jpg") }],
    ["a folder as path", { body: fromPath(tmpdir()) }],
    ["chunks that are no bytes", { body: Readable.from(["text"]) }],
  ])("refuses %s with invalid_input", async (_what, input) => {
    const { images } = harness.store.forSystem();
    await expect(images.upload(input as { body: Uint8Array })).rejects.toBeInstanceOf(
      InvalidInputError,
    );
  });

  it("ends with upload_aborted when the caller's signal aborts, and stores nothing", async () => {
    const { bytes } = await sampleOf("wav");
    const scope = harness.store.forSystem();
    const controller = new AbortController();
    async function* hanging(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 2000);
      controller.abort();
      await new Promise(() => undefined);
    }
    const { code } = await expectNothingStored(harness, () =>
      scope.audio.upload({ body: hanging() }, { signal: controller.signal }),
    );
    expect(code).toBe("upload_aborted");
  });
});

function expectFacts(file: object, { expect: facts }: Sample): void {
  if (facts.kind === "image") {
    expect(file).toMatchObject({ ...facts });
    return;
  }
  const { durationSeconds, ...rest } = facts;
  expect(file).toMatchObject(rest);
  const actual = (file as { durationSeconds: number }).durationSeconds;
  expect(Math.abs(actual - durationSeconds)).toBeLessThanOrEqual(
    Math.max(0.1, durationSeconds / 100),
  );
}
