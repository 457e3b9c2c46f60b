import { once } from "node:events";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { sizedMedia } from "@repo/sample-media";

import type { DirectUpload, MediaScope, ObjectStoreOptions } from "../../src/index.js";
import { collect } from "../support/bytes.js";
import { sendPut } from "../support/direct-http.js";
import { personalJpeg } from "../support/personal.js";
import { sampleOf } from "../support/samples.js";
import { expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";
import { VARIANTS } from "./variants.js";

class RollBack extends Error {}

const PART = 5 * 1024 * 1024;

export function describeQuotas(subject: () => Subject): void {
  describe("a quota", () => {
    let png: Uint8Array;
    let userId: string;

    beforeAll(async () => {
      png = (await sampleOf("png")).bytes;
    });

    beforeEach(async () => {
      userId = await subject().addUser();
    });

    // Whatever a test does, its counter says what there is.
    afterEach(async () => {
      const report = await subject().maintenance.recount({ owner: userId });
      expect(report).toEqual({ owners: 1, corrected: 0 });
    });

    const scopeWith = (quota: NonNullable<ObjectStoreOptions["quota"]>, id = userId): MediaScope =>
      subject().storeWith({ quota, variants: VARIANTS }).forUser(id);

    const used = async (scope: MediaScope): Promise<[bytes: number, files: number]> => {
      const { bytes, files } = await scope.usage();
      return [bytes, files];
    };

    /** A stream whose length nobody tells, which breaks off when it is told to. */
    function slowStream(bytes: Uint8Array): { body: AsyncIterable<Uint8Array>; end: () => void } {
      const ended = new AbortController();
      async function* pieces(): AsyncGenerator<Uint8Array> {
        yield bytes;
        if (!ended.signal.aborted) await once(ended.signal, "abort");
        throw new Error("cut off");
      }
      return {
        body: pieces(),
        end: () => {
          ended.abort();
        },
      };
    }

    async function usedAtLeast(scope: MediaScope, bytes: number): Promise<void> {
      while ((await scope.usage()).bytes < bytes) await sleep(5);
    }

    it("lets in what has room, and says what is used", async () => {
      const quota = { bytes: 2 * png.byteLength };
      const scope = scopeWith(quota);
      expect(await scope.usage()).toEqual({ bytes: 0, files: 0, quota });
      const { file } = await scope.images.upload({ body: png });
      await scope.images.upload({ body: new Blob([png]) });
      expect(await scope.usage()).toEqual({ bytes: 2 * png.byteLength, files: 2, quota });
      await expect(scope.images.upload({ body: png })).rejects.toMatchObject({
        code: "quota_exceeded",
        category: "conflict",
        retryable: false,
        quota,
      });
      await scope.images.delete(file.id);
      await scope.images.upload({ body: png });
      expect(await used(scope)).toEqual([2 * png.byteLength, 2]);
    });

    it("bounds the number of files of both kinds", async () => {
      const scope = scopeWith({ files: 2 });
      const { file } = await scope.images.upload({ body: png });
      await scope.audio.upload({ body: (await sampleOf("wav")).bytes });
      const before = await subject().keys();
      await expectRefusal(scope.images.upload({ body: png }), "quota_exceeded");
      expect(await subject().keys()).toEqual(before);
      await scope.images.delete(file.id);
      await scope.images.upload({ body: png });
    });

    it("is each owner's own, and may be by plan", async () => {
      const other = await subject().addUser();
      const quota = (owner: string) => Promise.resolve({ files: owner === userId ? 1 : 2 });
      const [small, large] = [scopeWith(quota), scopeWith(quota, other)];
      for (const scope of [small, large]) await scope.images.upload({ body: png });
      await expectRefusal(small.images.upload({ body: png }), "quota_exceeded");
      await large.images.upload({ body: png });
      expect((await large.usage()).quota).toEqual({ files: 2 });
    });

    it("refuses whatever comes once it was lowered below what is there", async () => {
      const scope = scopeWith({});
      const { file } = await scope.images.upload({ body: png });
      const lowered = scopeWith({ bytes: 1, files: 0 });
      await expectRefusal(lowered.images.upload({ body: png }), "quota_exceeded");
      const body = Readable.from([png]);
      await expectRefusal(lowered.images.upload({ body }), "quota_exceeded");
      await lowered.images.delete(file.id);
      expect(await used(lowered)).toEqual([0, 0]);
    });

    it("rejects with what the application's function throws, and refuses what is no quota", async () => {
      const scope = scopeWith(() => Promise.reject(new RollBack("no plan")));
      await expect(scope.images.upload({ body: png })).rejects.toThrow(RollBack);
      await expectRefusal(scopeWith(() => ({ bytes: -1 })).usage(), "invalid_input");
      expect(() => scopeWith({ files: 0.5 })).toThrow("quota.files must be a whole number");
      await scopeWith({}).images.upload({ body: png });
    });

    it("is for users, and only where the option is given", async () => {
      const system = subject()
        .storeWith({ quota: { files: 0 } })
        .forSystem();
      await expectRefusal(system.usage(), "invalid_input");
      const { file } = await system.images.upload({ body: png });
      await system.images.delete(file.id);
      await expectRefusal(subject().store.forUser(userId).usage(), "invalid_input");
      await scopeWith({}).images.upload({ body: png });
    });

    it("refuses what is known to be too large before it reads it", async () => {
      const blob = new Blob([png]);
      const reads: string[] = [];
      blob.slice = () => {
        reads.push("slice");
        return new Blob([png]);
      };
      const scope = scopeWith({ bytes: png.byteLength - 1 });
      for (const privacy of ["keep", "all"] as const) {
        await expectRefusal(scope.images.upload({ body: blob }, { privacy }), "quota_exceeded");
      }
      expect(reads).toEqual([]);
      const announced = { byteSize: png.byteLength, contentType: "image/png" };
      await expectRefusal(scope.images.createDirectUpload(announced), "quota_exceeded");
      expect(await used(scope)).toEqual([0, 0]);
      await scopeWith({}).images.upload({ body: png });
    });

    it("counts what is under way, and gives back what fails", async () => {
      const scope = scopeWith({ files: 1 });
      const mp3 = await collect(Readable.from(sizedMedia("mp3", 50_000)));
      const { body, end } = slowStream(mp3.subarray(0, 40_000));
      const slow = scope.audio.upload({ body });
      slow.catch(() => undefined);
      await usedAtLeast(scope, 1);
      await expectRefusal(scope.images.upload({ body: png }), "quota_exceeded");
      end();
      await expectRefusal(slow, "source_failed");
      expect(await used(scope)).toEqual([0, 0]);
      await scope.images.upload({ body: png });
    });

    it("has a stream reserve as it arrives", async () => {
      const bytes = await collect(Readable.from(sizedMedia("mp3", 2 * PART + 1000)));
      const pieces = async function* (): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < bytes.byteLength; at += 100_000) {
          await Promise.resolve();
          yield bytes.subarray(at, at + 100_000);
        }
      };
      const before = await subject().keys();
      const tight = scopeWith({ bytes: bytes.byteLength - 1 });
      await expectRefusal(tight.audio.upload({ body: pieces() }), "quota_exceeded");
      expect(await subject().keys()).toEqual(before);
      expect(await used(tight)).toEqual([0, 0]);
      const scope = scopeWith({ bytes: bytes.byteLength });
      const { body, end } = slowStream(bytes.subarray(0, 2 * PART));
      const slow = scope.audio.upload({ body });
      slow.catch(() => undefined);
      await usedAtLeast(scope, PART);
      expect((await scope.usage()).bytes).toBeLessThan(bytes.byteLength);
      end();
      await expectRefusal(slow, "source_failed");
      await scope.audio.upload({ body: pieces() });
      expect(await used(scope)).toEqual([bytes.byteLength, 1]);
    });

    it("counts a repeated upload once, also where it is used up", async () => {
      const scope = scopeWith({ files: 1 });
      const options = { idempotencyKey: `repeated ${userId}` };
      const { file } = await scope.images.upload({ body: png }, options);
      expect((await scope.images.upload({ body: png }, options)).file.id).toBe(file.id);
      expect(await used(scope)).toEqual([png.byteLength, 1]);
      const other = { idempotencyKey: `other ${userId}` };
      await expectRefusal(scope.images.upload({ body: png }, other), "quota_exceeded");
      await scope.images.delete(file.id);
      await scope.images.upload({ body: png }, other);
      expect(await used(scope)).toEqual([png.byteLength, 1]);
    });

    it("counts variants in bytes, and refuses an upload whose variants have no room", async () => {
      const scope = scopeWith({ files: 1 });
      const { file } = await scope.images.upload({ body: png }, { variants: ["thumb"] });
      const thumb = await scope.images.variant(file.id, "thumb");
      expect(await used(scope)).toEqual([png.byteLength + thumb.byteSize, 1]);
      const page = await scope.images.variant(file.id, "page");
      expect(await used(scope)).toEqual([png.byteLength + thumb.byteSize + page.byteSize, 1]);
      await scope.images.delete(file.id);
      expect(await used(scope)).toEqual([0, 0]);
      const before = await subject().keys();
      const tight = scopeWith({ bytes: png.byteLength + thumb.byteSize - 1 });
      await expectRefusal(
        tight.images.upload({ body: png }, { variants: ["thumb"] }),
        "quota_exceeded",
      );
      expect(await used(tight)).toEqual([0, 0]);
      expect(await subject().keys()).toEqual(before);
      // What readers ask for is counted and never refused.
      const { file: full } = await tight.images.upload({ body: png });
      await tight.images.variant(full.id, "thumb");
      expect(await used(tight)).toEqual([png.byteLength + thumb.byteSize, 1]);
    });

    it("gives back what stripping removes", async () => {
      const body = await personalJpeg();
      const scope = scopeWith({ bytes: 2 * body.byteLength });
      const { file } = await scope.images.upload({ body }, { privacy: "all" });
      expect(await used(scope)).toEqual([file.byteSize, 1]);
      const whole = (await scope.images.upload({ body })).file;
      expect(await used(scope)).toEqual([file.byteSize + whole.byteSize, 2]);
      await subject().maintenance.strip({ privacy: "all" });
      expect((await scope.images.get(whole.id)).byteSize).toBe(file.byteSize);
      expect(await used(scope)).toEqual([2 * file.byteSize, 2]);
    });

    describe("in transactions", () => {
      it("lets two uploads of one transaction in, and gives back what is rolled back", async () => {
        const scope = scopeWith({ files: 2 });
        const before = await subject().keys();
        await expect(
          subject().transaction(async (transaction) => {
            await scope.images.upload({ body: png }, { transaction });
            await scope.images.upload({ body: png }, { transaction });
            await expectRefusal(
              scope.images.upload({ body: png }, { transaction }),
              "quota_exceeded",
            );
            expect(await used(scope)).toEqual([2 * png.byteLength, 2]);
            throw new RollBack();
          }),
        ).rejects.toThrow(RollBack);
        expect(await used(scope)).toEqual([0, 0]);
        expect(await subject().keys()).toEqual(before);
        await subject().transaction(async (transaction) => {
          await scope.images.upload({ body: png }, { transaction });
          await scope.images.upload({ body: png }, { transaction });
        });
        expect(await used(scope)).toEqual([2 * png.byteLength, 2]);
      });

      it("lets the owner go on beside one that stays open", async () => {
        const scope = scopeWith({ files: 3 });
        const { file } = await scope.images.upload({ body: png });
        await subject().transaction(async (transaction) => {
          await scope.images.upload({ body: png }, { transaction });
          await scope.images.delete(file.id, { transaction });
          await scope.images.upload({ body: png });
          // The deletion gives back only with its commit.
          await expectRefusal(scope.images.upload({ body: png }), "quota_exceeded");
        });
        expect(await used(scope)).toEqual([2 * png.byteLength, 2]);
      });

      it("keeps what a deletion that is rolled back did not give", async () => {
        const scope = scopeWith({ files: 1 });
        const { file } = await scope.images.upload({ body: png });
        await expect(
          subject().transaction(async (transaction) => {
            await scope.images.delete(file.id, { transaction });
            throw new RollBack();
          }),
        ).rejects.toThrow(RollBack);
        await expectRefusal(scope.images.upload({ body: png }), "quota_exceeded");
        expect(await used(scope)).toEqual([png.byteLength, 1]);
      });
    });

    describe("of direct uploads", () => {
      const prepare = async (scope: MediaScope, body = png): Promise<DirectUpload> => {
        const upload = await scope.images.createDirectUpload({
          byteSize: body.byteLength,
          contentType: "image/png",
        });
        expect(await sendPut(upload.put, body)).toBe(200);
        return upload;
      };

      it("counts what was announced, and the file in its place", async () => {
        const scope = scopeWith({ bytes: png.byteLength, files: 1 });
        const { id } = await prepare(scope);
        expect(await used(scope)).toEqual([png.byteLength, 1]);
        await expectRefusal(scope.images.upload({ body: png }), "quota_exceeded");
        await expectRefusal(prepare(scope), "quota_exceeded");
        await expect(
          subject().transaction(async (transaction) => {
            await scope.images.completeDirectUpload(id, { transaction });
            throw new RollBack();
          }),
        ).rejects.toThrow(RollBack);
        const { file } = await scope.images.completeDirectUpload(id);
        expect((await scope.images.completeDirectUpload(id)).file.id).toBe(file.id);
        expect(await used(scope)).toEqual([png.byteLength, 1]);
        await scope.images.delete(file.id);
        expect(await used(scope)).toEqual([0, 0]);
      });

      it("gives back one that is cancelled or refused", async () => {
        const scope = scopeWith({ files: 1 });
        await scope.images.cancelDirectUpload((await prepare(scope)).id);
        expect(await used(scope)).toEqual([0, 0]);
        const { id } = await prepare(scope, Buffer.alloc(300));
        await expectRefusal(scope.images.completeDirectUpload(id), "unsupported_media_type");
        expect(await used(scope)).toEqual([0, 0]);
        await scope.images.upload({ body: png });
      });

      it("gives back what stripping removes, and what expires, with the sweep", async () => {
        const body = await personalJpeg();
        const scope = scopeWith({ files: 2 });
        const { id } = await prepare(scope, body);
        const { file } = await scope.images.completeDirectUpload(id, { privacy: "all" });
        expect(file.byteSize).toBeLessThan(body.byteLength);
        await prepare(scope);
        expect(await used(scope)).toEqual([body.byteLength + png.byteLength, 2]);
        const later = await subject().pass(2);
        await later.sweep();
        await later.sweep();
        expect(await used(scope)).toEqual([file.byteSize, 1]);
      });
    });

    it("gives back with a sweep what a deletion left, and with an erasure all of it", async () => {
      const scope = scopeWith({ files: 2 });
      const { file } = await scope.images.upload({ body: png });
      subject().faults.add({ match: "delete", times: 1, fault: { type: "error" } });
      await expectRefusal(scope.images.delete(file.id), "storage_unavailable");
      expect(await used(scope)).toEqual([png.byteLength, 1]);
      await (await subject().pass(1)).sweep();
      expect(await used(scope)).toEqual([0, 0]);
      await scope.images.upload({ body: png }, { variants: ["thumb"] });
      const { complete } = await subject().maintenance.eraseUser(userId);
      expect([complete, await used(scope)]).toEqual([true, [0, 0]]);
      await scope.images.upload({ body: png });
    });
  });
}
