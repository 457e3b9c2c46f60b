import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { fromPath, type MediaBody, type MediaScope, type UploadOptions } from "../../src/index.js";
import { collect, pieces, sha256 } from "../support/bytes.js";
import { sendPut } from "../support/direct-http.js";
import { expectNothingStored } from "../support/expect-nothing-stored.js";
import { personalJpeg, personalMp3, personalPng, PLACE, SECRET } from "../support/personal.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";

const FORMATS = ["jpeg", "png", "webp", "gif", "mp3", "wav", "flac", "m4a"] as const;

/** What the public interface promises of `privacy`. */
export function describePrivacy(subject: () => Subject): void {
  describe("privacy", () => {
    let scope: MediaScope;
    let jpeg: Buffer;
    let folder: string;

    beforeAll(async () => {
      scope = subject().store.forUser(await subject().addUser());
      jpeg = await personalJpeg();
      folder = await mkdtemp(join(tmpdir(), "privacy-"));
    });

    afterAll(() => rm(folder, { recursive: true }));

    const stored = async (id: string): Promise<Buffer> =>
      collect((await scope.images.download(id)).stream);

    const upload = async (body: MediaBody, options: UploadOptions = {}) => {
      const { file } = await scope.images.upload({ body }, options);
      return { file, bytes: await stored(file.id) };
    };

    it("keeps what a file says of people unless it is asked for", async () => {
      const { file, bytes } = await upload(jpeg);
      expect(file).toMatchObject({ privacy: "keep", removed: [], byteSize: jpeg.length });
      expect(bytes.equals(jpeg)).toBe(true);
    });

    it("removes all of it, and tells of the bytes that it stores", async () => {
      const { file, bytes } = await upload(jpeg, { privacy: "all" });
      expect(bytes.includes(SECRET)).toBe(false);
      expect(bytes.includes(PLACE)).toBe(false);
      expect(file).toMatchObject({ privacy: "all", removed: ["xmp"], contentType: "image/jpeg" });
      expect(file).toMatchObject({ byteSize: bytes.length, sha256: sha256(bytes) });
      expect(await scope.images.get(file.id)).toEqual(file);
      const [width, height] = [file.width, file.height];
      expect((await upload(jpeg)).file).toMatchObject({ width, height });
    });

    it("removes places alone", async () => {
      const { file, bytes } = await upload(jpeg, { privacy: "location" });
      expect(file).toMatchObject({ privacy: "location", removed: ["xmp"] });
      expect(bytes.includes(PLACE)).toBe(false);
      expect(bytes.includes(SECRET)).toBe(true);
    });

    it("stores the same of every shape of body", async () => {
      const path = join(folder, "photo.jpg");
      await writeFile(path, jpeg);
      const shared = new Uint8Array(new SharedArrayBuffer(jpeg.length));
      shared.set(jpeg);
      const shapes: MediaBody[] = [
        ...[jpeg, new Blob([Uint8Array.from(jpeg)]), fromPath(path), shared],
        ...[Readable.from(pieces(jpeg, 1000)), pieces(jpeg, 7)],
      ];
      const hashes = new Set<string>();
      for (const body of shapes) hashes.add((await upload(body, { privacy: "all" })).file.sha256);
      expect(hashes.size).toBe(1);
      expect(hashes.has(sha256(jpeg))).toBe(false);
    });

    it("is the provider's choice where a call makes none", async () => {
      const store = subject().storeWith({ privacy: "all" });
      const { images } = store.forUser(await subject().addUser());
      expect((await images.upload({ body: jpeg })).file.removed).toEqual(["xmp"]);
      const kept = await images.upload({ body: jpeg }, { privacy: "keep" });
      expect(kept.file).toMatchObject({ removed: [], sha256: sha256(jpeg) });
    });

    it("keeps the title of a song, and not its comment", async () => {
      const body = await personalMp3();
      const before = (await scope.audio.upload({ body })).file;
      const { file } = await scope.audio.upload({ body }, { privacy: "all" });
      expect(file.removed).toEqual(["tags"]);
      expect([before.tags.comment, file.tags.comment]).toEqual([SECRET, undefined]);
      expect(file.tags.title).toBe(before.tags.title);
      const bytes = await collect((await scope.audio.download(file.id)).stream);
      expect(bytes.includes(SECRET)).toBe(false);
      expect(file.durationSeconds).toBe(before.durationSeconds);
    });

    it.each(FORMATS)("leaves nothing to remove of a %s", async (format) => {
      const sample = await sampleOf(format);
      const { file } = await uploadSample(scope, sample, sample.bytes, { privacy: "all" });
      const collection = file.kind === "image" ? scope.images : scope.audio;
      const bytes = await collect((await collection.download(file.id)).stream);
      const again = await uploadSample(scope, sample, bytes, { privacy: "all" });
      expect(again.file).toMatchObject({ removed: [], sha256: file.sha256 });
    });

    it("compares what would be stored where an upload is repeated", async () => {
      const options = { privacy: "all", idempotencyKey: "personal" } as const;
      const { file } = await upload(jpeg, options);
      const other = Buffer.from(jpeg);
      other.write("B", other.indexOf(SECRET));
      expect((await upload(other, options)).file.id).toBe(file.id);
      const repeated = scope.images.upload({ body: jpeg }, { ...options, privacy: "keep" });
      await expectRefusal(repeated, "idempotency_conflict");
    });

    it("refuses what cannot be removed with certainty, and stores nothing", async () => {
      const png = await personalPng();
      const damaged = Buffer.from(png);
      // A chunk that decoders must know, and do not.
      damaged.write("TEXT", damaged.indexOf("tEXt"));
      const refused = () => scope.images.upload({ body: damaged }, { privacy: "all" });
      expect(await expectNothingStored(subject(), refused)).toMatchObject({
        code: "invalid_media",
      });
      const wrong = () => scope.images.upload({ body: jpeg }, { privacy: "some" as "all" });
      expect(await expectNothingStored(subject(), wrong)).toMatchObject({
        code: "invalid_input",
        message: expect.stringContaining('"keep", "location" or "all"'),
      });
    });

    it("refuses a file of another kind before it is read to its end", async () => {
      let isRead = false;
      async function* body(): AsyncGenerator<Uint8Array> {
        yield jpeg.subarray(0, 4096);
        yield* pieces(jpeg.subarray(4096), 4096);
        yield Buffer.alloc(8 * 1024 * 1024);
        isRead = true;
      }
      const refused = scope.audio.upload({ body: body() }, { privacy: "all" });
      await expectRefusal(refused, "unsupported_media_type");
      expect(isRead).toBe(false);
    });

    describe("of a direct upload", () => {
      const send = async (bytes: Buffer, announced = sha256(bytes)) => {
        const upload = await scope.images.createDirectUpload({
          byteSize: bytes.length,
          sha256: announced,
        });
        expect(await sendPut(upload.put, bytes)).toBe(200);
        return upload.id;
      };

      it("removes it, and the bytes that were sent", async () => {
        const id = await send(jpeg);
        const { file } = await scope.images.completeDirectUpload(id, { privacy: "all" });
        expect(file.removed).toEqual(["xmp"]);
        const bytes = await stored(file.id);
        expect(bytes.includes(SECRET)).toBe(false);
        expect(file.sha256).toBe(sha256(bytes));
        expect((await subject().keys()).filter((key) => key.startsWith("staging/"))).toEqual([]);
      });

      it("copies what has nothing to remove", async () => {
        const { bytes } = await sampleOf("png");
        const id = await send(Buffer.from(bytes));
        const { file } = await scope.images.completeDirectUpload(id, { privacy: "all" });
        expect(file).toMatchObject({ privacy: "all", removed: [], sha256: sha256(bytes) });
      });

      it("refuses other bytes than those that were announced", async () => {
        const id = await send(jpeg, "00".repeat(32));
        const refused = scope.images.completeDirectUpload(id, { privacy: "all" });
        await expectRefusal(refused, "checksum_mismatch");
      });

      it("waits for the caller's transaction", async () => {
        const id = await send(jpeg);
        const { file } = await subject().transaction((transaction) =>
          scope.images.completeDirectUpload(id, { privacy: "all", transaction }),
        );
        expect((await stored(file.id)).includes(SECRET)).toBe(false);
      });
    });
  });
}
