import { beforeAll, describe, expect, it } from "@jest/globals";

import type { ImageCollection, MediaScope } from "../../src/index.js";
import { sampleOf } from "../support/samples.js";
import { codeOf, expectBytes, expectGone, expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";

class RollBack extends Error {}

export function describeTransactions(subject: () => Subject): void {
  describe("in the caller's transaction", () => {
    let png: Uint8Array;
    let wav: Uint8Array;
    let scope: MediaScope;
    let images: ImageCollection;

    beforeAll(async () => {
      png = (await sampleOf("png")).bytes;
      wav = (await sampleOf("wav")).bytes;
      scope = subject().store.forUser(await subject().addUser());
      images = scope.images;
    });

    it("an upload appears with the commit", async () => {
      const id = await subject().transaction(async (transaction) => {
        const { file } = await images.upload({ body: png }, { transaction });
        expect(await images.exists(file.id)).toBe(false);
        return file.id;
      });
      await expectBytes(images, id, png);
    });

    it("every read that is given it sees what it did, and no other does before the commit", async () => {
      const { images: own } = subject().store.forUser(await subject().addUser());
      const old = (await own.upload({ body: png })).file.id;
      const id = await subject().transaction(async (transaction) => {
        const { file } = await own.upload({ body: png }, { transaction });
        await own.delete(old, { transaction });
        expect(await own.exists(file.id, { transaction })).toBe(true);
        expect((await own.get(file.id, { transaction })).id).toBe(file.id);
        expect((await own.url(file.id, { transaction })).url).toContain(file.id);
        expect([...(await own.urls([old, file.id], { transaction })).keys()]).toEqual([file.id]);
        expect((await own.list({ transaction })).items.map((item) => item.id)).toEqual([file.id]);
        expect(await own.count({ transaction })).toBe(1);
        for await (const item of own.all({ transaction })) expect(item.id).toBe(file.id);
        const { stream } = await own.download(file.id, { transaction });
        stream.destroy();
        await expectRefusal(own.get(old, { transaction }), "file_not_found");
        expect((await own.list()).items.map((item) => item.id)).toEqual([old]);
        return file.id;
      });
      expect((await own.list()).items.map((item) => item.id)).toEqual([id]);
    });

    it("an owner who is not there is refused, and it goes on", async () => {
      const nobody = subject().store.forUser("00000000-0000-7000-8000-000000000000").images;
      const id = await subject().transaction(async (transaction) => {
        await expectRefusal(nobody.upload({ body: png }, { transaction }), "owner_not_found");
        return (await images.upload({ body: png }, { transaction })).file.id;
      });
      await expectBytes(images, id, png);
    });

    it("an upload under a key that another open one holds is refused soon", async () => {
      const options = { idempotencyKey: "held" };
      const id = await subject().transaction(async (transaction) => {
        const { file } = await images.upload({ body: png }, { ...options, transaction });
        await expectRefusal(images.upload({ body: png }, options), "upload_in_progress");
        return file.id;
      });
      expect((await images.upload({ body: png }, options)).file.id).toBe(id);
    });

    it("an upload leaves nothing after a rollback", async () => {
      const before = await subject().stored();
      let id = "";
      const work = subject().transaction(async (transaction) => {
        id = (await images.upload({ body: png }, { transaction })).file.id;
        throw new RollBack();
      });
      await expect(work).rejects.toThrow(RollBack);
      await expectGone(images, id);
      expect(await subject().stored()).toEqual(before);
    });

    it("a deletion takes the object with the commit only", async () => {
      const { file } = await images.upload({ body: png });
      await subject().transaction(async (transaction) => {
        await images.delete(file.id, { transaction });
        await expectBytes(images, file.id, png);
      });
      await expectGone(images, file.id);
      expect((await subject().keys()).some((key) => key.includes(file.id))).toBe(false);
    });

    it("many deletions take their objects with the commit only", async () => {
      const { file } = await images.upload({ body: png });
      await subject().transaction(async (transaction) => {
        const results = await images.deleteMany([file.id], { transaction });
        expect(results).toEqual([{ id: file.id, deleted: true }]);
        await expectBytes(images, file.id, png);
      });
      await expectGone(images, file.id);
      expect((await subject().keys()).some((key) => key.includes(file.id))).toBe(false);
    });

    it("a deletion is undone by a rollback", async () => {
      const { file } = await images.upload({ body: png });
      const work = subject().transaction(async (transaction) => {
        await images.delete(file.id, { transaction });
        throw new RollBack();
      });
      await expect(work).rejects.toThrow(RollBack);
      await expectBytes(images, file.id, png);
    });

    it("a replacement swaps the files, or does not", async () => {
      const old = (await images.upload({ body: png })).file.id;
      const replace = (fails: boolean): Promise<string> =>
        subject().transaction(async (transaction) => {
          const { file } = await images.upload({ body: png }, { transaction });
          await images.delete(old, { transaction });
          if (fails) throw new RollBack();
          return file.id;
        });
      await expect(replace(true)).rejects.toThrow(RollBack);
      await expectBytes(images, old, png);
      const id = await replace(false);
      await expectGone(images, old);
      await expectBytes(images, id, png);
    });

    it("a key stays its file's until the deletion commits", async () => {
      const options = { idempotencyKey: "replaced" };
      const { audio } = scope;
      const old = (await images.upload({ body: png }, options)).file.id;
      await subject().transaction(async (transaction) => {
        await images.delete(old, { transaction });
        const again = images.upload({ body: png }, { ...options, transaction });
        await expectRefusal(again, "upload_in_progress");
        const sound = audio.upload({ body: wav }, { ...options, transaction });
        await expectRefusal(sound, "upload_in_progress");
      });
      await expectGone(images, old);
      const { file } = await audio.upload({ body: wav }, options);
      expect(await audio.exists(file.id)).toBe(true);
    });

    it("whoever wants to change a file waits for the one who is changing it", async () => {
      const { file } = await images.upload({ body: png });
      let other: Promise<unknown> | undefined;
      await subject().transaction(async (transaction) => {
        await images.delete(file.id, { transaction });
        other = codeOf(images.delete(file.id));
      });
      expect([undefined, "file_not_found"]).toContain(await other);
      await expectGone(images, file.id);
    });
  });
}
