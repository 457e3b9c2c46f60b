import { beforeAll, beforeEach, describe, expect, it } from "@jest/globals";

import type { ImageCollection, MediaScope, ObjectStoreProvider } from "../../src/index.js";
import { sendPut } from "../support/direct-http.js";
import { sampleOf } from "../support/samples.js";
import { codeOf, expectBytes, expectGone, expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";
import { VARIANTS } from "./variants.js";

class RollBack extends Error {}

const DAY = 86_400;

export function describeTrash(subject: () => Subject): void {
  describe("the trash", () => {
    let png: Uint8Array;
    let wav: Uint8Array;
    let store: ObjectStoreProvider;
    let userId: string;
    let scope: MediaScope;
    let images: ImageCollection;

    beforeAll(async () => {
      png = (await sampleOf("png")).bytes;
      wav = (await sampleOf("wav")).bytes;
      store = subject().storeWith({ variants: VARIANTS });
    });

    beforeEach(async () => {
      userId = await subject().addUser();
      scope = store.forUser(userId);
      images = scope.images;
    });

    const upload = async (): Promise<string> =>
      (await images.upload({ body: png, filename: "a.png" })).file.id;
    const trash = async (): Promise<string> => {
      const id = await upload();
      await images.delete(id, { restorableFor: DAY });
      return id;
    };
    const idsOf = async (query: { trashed?: boolean } = {}): Promise<string[]> =>
      (await scope.list(query)).items.map(({ id }) => id);
    const keysOf = async (): Promise<string[]> =>
      (await subject().keys()).filter((key) => key.includes(userId));

    it("hides a file at once from every call but restore, delete and its own lists", async () => {
      const id = await trash();
      await expectGone(images, id);
      const everyone = store.forApplication().images;
      await expectGone(everyone, id);
      for (const reads of [images, everyone]) {
        expect((await reads.getMany([id])).size).toBe(0);
        expect((await reads.urls([id])).size).toBe(0);
        expect((await reads.getMany([id], { withUrls: { variant: "thumb" } })).size).toBe(0);
        expect((await reads.urls([id], { variant: "thumb" })).size).toBe(0);
      }
      await expectRefusal(images.variant(id, "thumb"), "file_not_found");
      await expectRefusal(images.update(id, { title: "A" }), "file_not_found");
      expect(await idsOf()).toEqual([]);
      expect(await scope.count()).toBe(0);
      expect(await images.count({ contentType: "image/png" })).toBe(0);
      expect((await images.list({ contentType: "image/png" })).items).toEqual([]);
      expect((await images.list({ filenamePrefix: "a" })).items).toEqual([]);
      for await (const file of scope.all()) expect(file).toBeUndefined();
    });

    it("gives a file back as it was, with its variants", async () => {
      const metadata = { album: "Rome" };
      const input = { body: png, filename: "a.png", title: "A", altText: "B", metadata };
      const { file } = await images.upload(input, { variants: ["thumb"] });
      expect(file.restorableUntil).toBeNull();
      const { id } = file;
      const keys = await keysOf();
      await images.delete(id, { restorableFor: DAY });
      expect(await keysOf()).toEqual(keys);
      expect(await images.restore(id)).toEqual(file);
      expect(await images.get(id)).toEqual(file);
      await expectBytes(images, id, png);
      expect((await images.url(id, { variant: "thumb" })).url).toContain("variants/");
      expect(await idsOf()).toEqual([id]);
      expect(await idsOf({ trashed: true })).toEqual([]);
    });

    it("keeps the transcript of an audio file, which cannot change there", async () => {
      const { file } = await scope.audio.upload({ body: wav, transcript: "one" });
      await scope.audio.delete(file.id, { restorableFor: DAY });
      await expectRefusal(scope.audio.setTranscript(file.id, "two"), "file_not_found");
      expect(await scope.audio.restore(file.id)).toEqual(file);
    });

    it("lists what can be restored until when, with the filters and pages of other lists", async () => {
      const kept = await upload();
      const first = await upload();
      const sound = (await scope.audio.upload({ body: wav, title: "A" })).file.id;
      const last = (await images.upload({ body: png, metadata: { a: 1 } })).file.id;
      // Not in the order of the ids.
      for (const id of [last, first]) await images.delete(id, { restorableFor: DAY });
      await scope.audio.delete(sound, { restorableFor: DAY });

      const { items } = await scope.list({ trashed: true });
      expect(items.map(({ id }) => id)).toEqual([last, sound, first]);
      for (const { restorableUntil } of items) {
        const seconds = (Number(restorableUntil) - Date.now()) / 1000;
        expect(Math.abs(seconds - DAY)).toBeLessThan(600);
      }
      const page = await scope.list({ trashed: true, limit: 2, order: "oldest" });
      expect(page.items.map(({ id }) => id)).toEqual([first, sound]);
      const { nextCursor: cursor } = page;
      const next = await scope.list({ trashed: true, limit: 2, order: "oldest", cursor });
      expect(next.items.map(({ id }) => id)).toEqual([last]);
      expect(next.nextCursor).toBeNull();
      await expectRefusal(scope.list({ limit: 2, order: "oldest", cursor }), "invalid_cursor");

      const of = async (filter: object): Promise<string[]> =>
        (await images.list({ trashed: true, ...filter })).items.map(({ id }) => id);
      expect(await of({})).toEqual([last, first]);
      expect(await of({ contentType: ["image/png", "image/gif"] })).toEqual([last, first]);
      expect(await of({ contentType: "image/gif" })).toEqual([]);
      expect(await of({ filenamePrefix: "a" })).toEqual([first]);
      expect(await of({ metadata: { a: 1 } })).toEqual([last]);
      expect(await scope.count({ trashed: true })).toBe(3);
      const walked: string[] = [];
      for await (const { id } of scope.all({ trashed: true, limit: 1 })) walked.push(id);
      expect(walked).toEqual([last, sound, first]);
      expect(await idsOf()).toEqual([kept]);
    });

    it("gives no URLs, and refuses what it does not take", async () => {
      await expectRefusal(images.list({ trashed: true, withUrls: true }), "invalid_input");
      await expectRefusal(images.list({ trashed: "yes" as never }), "invalid_input");
      const id = await upload();
      for (const restorableFor of [0, 31_536_001, 1.5, "60", null] as number[]) {
        await expectRefusal(images.delete(id, { restorableFor }), "invalid_input");
        await expectRefusal(images.deleteMany([id], { restorableFor }), "invalid_input");
      }
      expect(await idsOf()).toEqual([id]);
    });

    it("takes many files, with a result for each", async () => {
      const other = store.forUser(await subject().addUser()).images;
      const { id: foreign } = (await other.upload({ body: png })).file;
      const { id: shared } = (await store.forSystem().images.upload({ body: png })).file;
      const ids = [await upload(), foreign, shared, await trash(), "none"];
      expect(await images.deleteMany(ids, { restorableFor: DAY })).toMatchObject([
        { id: ids[0], deleted: true },
        { id: foreign, deleted: false, error: { code: "file_not_found" } },
        { id: shared, deleted: false, error: { code: "access_denied" } },
        { id: ids[3], deleted: true },
        { id: "none", deleted: false, error: { code: "file_not_found" } },
      ]);
      expect((await idsOf({ trashed: true })).sort()).toEqual([ids[0], ids[3]].sort());
    });

    it("is a scope's own", async () => {
      const id = await trash();
      const other = store.forUser(await subject().addUser()).images;
      await expectRefusal(other.restore(id), "file_not_found");
      await expectRefusal(other.delete(id), "file_not_found");
      expect(await other.count({ trashed: true })).toBe(0);

      const system = store.forSystem().images;
      const { file } = await system.upload({ body: png });
      await expectRefusal(images.delete(file.id, { restorableFor: DAY }), "access_denied");
      await system.delete(file.id, { restorableFor: DAY });
      await expectGone(images, file.id);
      await expectRefusal(images.delete(file.id), "file_not_found");
      await expectRefusal(images.restore(file.id), "file_not_found");
      expect((await system.list({ trashed: true })).items.map(({ id: each }) => each)).toEqual([
        file.id,
      ]);
      expect(await system.restore(file.id)).toEqual(file);
      await system.delete(file.id);
    });

    it("restores nothing that is not there", async () => {
      const id = await upload();
      await expectRefusal(images.restore(id), "file_not_found");
      await expectRefusal(images.restore("none"), "file_not_found");
      await images.delete(id);
      await expectRefusal(images.restore(id), "file_not_found");
      await expectRefusal(images.delete(id, { restorableFor: DAY }), "file_not_found");
    });

    it("keeps a file's first time when it is put there again", async () => {
      const id = await trash();
      const until = async (): Promise<unknown> =>
        (await images.list({ trashed: true })).items[0]?.restorableUntil;
      const first = await until();
      await images.delete(id, { restorableFor: 10 * DAY });
      expect(await until()).toEqual(first);
    });

    it("is emptied of a file by a delete for good", async () => {
      const id = await trash();
      await images.delete(id);
      expect(await keysOf()).toEqual([]);
      await expectRefusal(images.restore(id), "file_not_found");
      expect(await scope.count({ trashed: true })).toBe(0);
    });

    it("leaves the idempotency key free", async () => {
      const options = { idempotencyKey: "thrown away" };
      const { file } = await images.upload({ body: png }, options);
      await images.delete(file.id, { restorableFor: DAY });
      const again = await images.upload({ body: png }, options);
      expect(again.file.id).not.toBe(file.id);
      await images.restore(file.id);
      expect((await images.upload({ body: png }, options)).file.id).toBe(again.file.id);
    });

    it("hides a file from its direct upload", async () => {
      const { id, put } = await images.createDirectUpload({ byteSize: png.byteLength });
      expect(await sendPut(put, png)).toBe(200);
      const { file } = await images.completeDirectUpload(id);
      await images.delete(file.id, { restorableFor: DAY });
      await expectRefusal(images.completeDirectUpload(id), "file_not_found");
      await images.restore(file.id);
      expect((await images.completeDirectUpload(id)).file).toEqual(file);
    });

    it("follows the caller's transaction", async () => {
      const kept = await upload();
      const thrown = await trash();
      const work = (fails: boolean): Promise<void> =>
        subject().transaction(async (transaction) => {
          await images.delete(kept, { restorableFor: DAY, transaction });
          await images.restore(thrown, { transaction });
          expect(await images.exists(kept, { transaction })).toBe(false);
          expect(await images.exists(thrown, { transaction })).toBe(true);
          expect([await images.exists(kept), await images.exists(thrown)]).toEqual([true, false]);
          if (fails) throw new RollBack();
        });
      await expect(work(true)).rejects.toThrow(RollBack);
      expect([await idsOf(), await idsOf({ trashed: true })]).toEqual([[kept], [thrown]]);
      await work(false);
      expect([await idsOf(), await idsOf({ trashed: true })]).toEqual([[thrown], [kept]]);
    });

    it("ends with one outcome for calls at once", async () => {
      const id = await trash();
      const codes = await Promise.all([
        codeOf(images.restore(id)),
        codeOf(images.restore(id)),
        codeOf(images.delete(id)),
      ]);
      expect(codes.filter((code) => code !== undefined && code !== "file_not_found")).toEqual([]);
      await expectGone(images, id);
      expect(await keysOf()).toEqual([]);
    });

    it("counts in usage, audits and verifications, and is erased with its user", async () => {
      const { maintenance } = subject();
      const id = await trash();
      const { images: used } = await maintenance.usage({ owner: userId });
      expect(used).toMatchObject({ files: 1, bytes: png.byteLength });
      const findings: unknown[] = [];
      const onFinding = ({ key }: { key: string }): void => {
        if (key.includes(userId)) findings.push(key);
      };
      await maintenance.audit({ onFinding });
      await maintenance.verify({ onFinding });
      expect(findings).toEqual([]);
      const receipt = await maintenance.eraseUser(userId);
      expect(receipt).toMatchObject({
        complete: true,
        lines: [{ was: "file", fileId: id, outcome: "erased" }],
      });
      expect(await keysOf()).toEqual([]);
    });

    it("is swept of what nobody restored in time", async () => {
      const { file } = await images.upload({ body: png }, { variants: ["thumb"] });
      await images.delete(file.id, { restorableFor: DAY });
      const later = await upload();
      await images.delete(later, { restorableFor: 3 * DAY });
      await subject().maintenance.sweep();
      expect((await keysOf()).filter((key) => key.includes(file.id))).toHaveLength(2);

      const nextDays = await subject().pass(2);
      await expectRefusal(images.restore(file.id), "file_not_found");
      await expectRefusal(images.delete(file.id, { restorableFor: DAY }), "file_not_found");
      expect(await idsOf({ trashed: true })).toEqual([later]);
      await nextDays.sweep();
      expect((await keysOf()).filter((key) => !key.includes(later))).toEqual([]);
      expect((await nextDays.usage({ owner: userId })).images).toMatchObject({
        files: 1,
        unfinished: 0,
      });
      expect((await images.restore(later)).id).toBe(later);
      await expectBytes(images, later, png);
    });

    it("is emptied of a file whose time is over by a delete before the sweep", async () => {
      const id = await trash();
      await subject().pass(2);
      await images.delete(id);
      expect(await keysOf()).toEqual([]);
    });
  });
}
