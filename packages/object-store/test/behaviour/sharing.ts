import { randomUUID } from "node:crypto";

import { beforeAll, beforeEach, describe, expect, it } from "@jest/globals";

import type { ImageCollection, MediaScope, ObjectStoreProvider } from "../../src/index.js";
import { sampleOf } from "../support/samples.js";
import { codeOf, expectBytes, expectGone, expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";
import { VARIANTS } from "./variants.js";

class RollBack extends Error {}

const DAY = 86_400;
const EVERYONE = { with: { everyone: true } } as const;

export function describeSharing(subject: () => Subject): void {
  describe("sharing", () => {
    let png: Uint8Array;
    let wav: Uint8Array;
    let store: ObjectStoreProvider;
    let ownerId: string;
    let friendId: string;
    let owner: MediaScope;
    let friend: MediaScope;
    let stranger: MediaScope;
    let images: ImageCollection;

    beforeAll(async () => {
      png = (await sampleOf("png")).bytes;
      wav = (await sampleOf("wav")).bytes;
      store = subject().storeWith({ variants: VARIANTS, sharing: true });
    });

    beforeEach(async () => {
      ownerId = await subject().addUser();
      friendId = await subject().addUser();
      owner = store.forUser(ownerId);
      friend = store.forUser(friendId);
      stranger = store.forUser(await subject().addUser());
      images = owner.images;
    });

    const upload = async (): Promise<string> =>
      (await images.upload({ body: png, filename: "a.png" })).file.id;
    const share = async (): Promise<string> => {
      const id = await upload();
      await images.share(id, { with: friendId });
      return id;
    };
    const sharedIds = async (scope: MediaScope): Promise<string[]> =>
      (await scope.sharedWithMe()).items.map(({ id }) => id);
    const grantees = async (id: string): Promise<unknown[]> =>
      (await images.grants(id)).items.map(({ with: to }) => to);
    /** Now, where the database's time has passed too. */
    const inDays = (days: number): Date => new Date(Date.now() + days * DAY * 1000);

    it("lets a friend read a file by every call, and nobody else", async () => {
      const id = await upload();
      await images.variant(id, "thumb");
      await expectGone(friend.images, id);
      const grant = await images.share(id, { with: friendId });
      expect(grant).toMatchObject({ with: friendId, until: null });

      expect((await friend.images.get(id)).userId).toBe(ownerId);
      expect(await friend.images.exists(id)).toBe(true);
      await expectBytes(friend.images, id, png);
      expect((await friend.images.url(id)).url).toContain("images/");
      expect((await friend.images.url(id, { variant: "thumb" })).url).toContain("variants/");
      expect((await friend.images.variant(id, "thumb")).fileId).toBe(id);
      expect((await friend.images.urls([id])).size).toBe(1);
      expect((await friend.images.getMany([id], { withUrls: { variant: "thumb" } })).size).toBe(1);

      await expectGone(stranger.images, id);
      await expectGone(store.forSystem().images, id);
      expect((await stranger.images.getMany([id])).size).toBe(0);
      expect((await stranger.images.urls([id], { variant: "thumb" })).size).toBe(0);
      await expectRefusal(stranger.images.variant(id, "thumb"), "file_not_found");
    });

    it("lets nobody but the owner change, delete or share what is shared", async () => {
      const id = await share();
      const { images: theirs } = friend;
      const calls = (of: ImageCollection): Promise<unknown>[] => [
        of.update(id, { title: "A" }),
        of.delete(id),
        of.delete(id, { restorableFor: DAY }),
        of.share(id, EVERYONE),
        of.unshare(id, EVERYONE),
        of.grants(id),
      ];
      for (const call of calls(theirs)) await expectRefusal(call, "access_denied");
      await expectRefusal(theirs.restore(id), "file_not_found");
      for (const call of calls(stranger.images)) await expectRefusal(call, "file_not_found");
      expect((await images.get(id)).title).toBeNull();
      expect(await grantees(id)).toEqual([friendId]);
    });

    it("tells a stranger of a file nothing else than of none", async () => {
      const id = await share();
      const messages = async (of: string): Promise<unknown[]> =>
        Promise.all(
          [
            stranger.images.get(of),
            stranger.images.share(of, EVERYONE),
            stranger.images.unshare(of, EVERYONE),
            stranger.images.grants(of),
          ].map((call) => call.catch((error: unknown) => String(error).replaceAll(of, "id"))),
        );
      expect(await messages(id)).toEqual(await messages(randomUUID()));
    });

    it("shares with everyone who is signed in, which ends apart from a friend's grant", async () => {
      const id = await share();
      await images.share(id, EVERYONE);
      expect(await stranger.images.exists(id)).toBe(true);
      expect(await store.forSystem().images.exists(id)).toBe(false);
      expect(await grantees(id)).toEqual([friendId, { everyone: true }]);
      expect(await sharedIds(owner)).toEqual([]);
      expect(await sharedIds(friend)).toEqual([id, ...(await everyonesBefore(id))]);
      await images.unshare(id, EVERYONE);
      await expectGone(stranger.images, id);
      expect(await friend.images.exists(id)).toBe(true);
      await images.unshare(id, { with: friendId });
      await expectGone(friend.images, id);
      await images.unshare(id, { with: friendId });
    });

    /** What other tests have shared with everyone, the newest first. */
    const everyonesBefore = async (id: string): Promise<string[]> =>
      (await sharedIds(stranger)).filter((each) => each !== id);

    it("ends a grant at its time, which a repeated share changes", async () => {
      const id = await upload();
      const until = inDays(1);
      expect((await images.share(id, { with: friendId, until })).until).toEqual(until);
      expect(await friend.images.exists(id)).toBe(true);
      await images.share(id, { with: friendId, until: new Date(0) });
      await expectGone(friend.images, id);
      expect((await friend.images.urls([id])).size).toBe(0);
      expect(await sharedIds(friend)).not.toContain(id);
      expect(await grantees(id)).toEqual([]);
      expect((await images.share(id, { with: friendId })).until).toBeNull();
      expect(await friend.images.exists(id)).toBe(true);
      expect(await grantees(id)).toEqual([friendId]);
    });

    it("lists what is shared by pages, with the filters and URLs of other lists", async () => {
      const ids = [await share(), await share(), await share()];
      const sound = (await owner.audio.upload({ body: wav, title: "A" })).file.id;
      await owner.audio.share(sound, { with: friendId });
      await friend.images.upload({ body: png });
      const [first, second, third] = ids;

      const of = async (query: object): Promise<string[]> =>
        (await friend.images.sharedWithMe(query)).items.map(({ id }) => id);
      expect((await of({})).slice(0, 3)).toEqual([third, second, first]);
      expect((await sharedIds(friend)).slice(0, 4)).toEqual([sound, third, second, first]);
      const one = await friend.sharedWithMe({ limit: 1, withUrls: true });
      expect(one.items.map(({ id, url }) => [id, url.includes("audio/")])).toEqual([[sound, true]]);
      const next = await friend.sharedWithMe({ limit: 2, cursor: one.nextCursor });
      expect(next.items.map(({ id }) => id)).toEqual([third, second]);
      await expectRefusal(friend.list({ cursor: one.nextCursor }), "invalid_cursor");
      await expectRefusal(stranger.sharedWithMe({ cursor: one.nextCursor }), "invalid_cursor");

      expect(await of({ contentType: "image/gif" })).toEqual([]);
      const types = ["image/png", "image/gif"];
      expect((await of({ contentType: types })).slice(0, 3)).toEqual([third, second, first]);
      expect(await of({ filenamePrefix: "b" })).toEqual([]);
      const bounds = { order: "oldest", createdFrom: (await images.get(first ?? "")).createdAt };
      expect((await of(bounds)).filter((id) => ids.includes(id))).toEqual(ids);
      const thumbs = await friend.images.sharedWithMe({ withUrls: { variant: "thumb" }, limit: 3 });
      expect(thumbs.items.map(({ url }) => url)).toEqual([null, null, null]);
      // Lists of one's own files stay these.
      expect((await friend.images.list()).items).toHaveLength(1);
      expect(await friend.images.count()).toBe(1);
    });

    it("lists the grants of a file by pages", async () => {
      const id = await upload();
      const users: string[] = [];
      for (let at = 0; at < 3; at += 1) users.push(await subject().addUser());
      for (const user of users) await images.share(id, { with: user });
      const first = await images.grants(id, { limit: 2 });
      expect(first.items.map(({ with: to }) => to)).toEqual(users.slice(0, 2));
      const second = await images.grants(id, { limit: 2, cursor: first.nextCursor });
      expect(second.items.map(({ with: to }) => to)).toEqual(users.slice(2));
      expect(second.nextCursor).toBeNull();
      const { nextCursor: cursor } = first;
      await expectRefusal(images.grants(await upload(), { cursor }), "invalid_cursor");
    });

    it("hides a file in the trash from those who could read it, until it is restored", async () => {
      const id = await share();
      await images.delete(id, { restorableFor: DAY });
      await expectGone(friend.images, id);
      await expectRefusal(friend.images.variant(id, "thumb"), "file_not_found");
      expect(await sharedIds(friend)).not.toContain(id);
      for (const call of [
        images.share(id, EVERYONE),
        images.unshare(id, { with: friendId }),
        images.grants(id),
      ]) {
        await expectRefusal(call, "file_not_found");
      }
      await images.restore(id);
      expect(await friend.images.exists(id)).toBe(true);
      expect(await grantees(id)).toEqual([friendId]);
    });

    it("ends the grants of a file that is deleted, and of one that is shared meanwhile", async () => {
      const id = await share();
      await images.delete(id);
      await expectGone(friend.images, id);
      expect(await sharedIds(friend)).not.toContain(id);
      for (let round = 0; round < 5; round += 1) {
        const raced = await upload();
        const [shared] = await Promise.all([
          codeOf(images.share(raced, { with: friendId })),
          images.delete(raced, round % 2 === 0 ? {} : { restorableFor: DAY }),
        ]);
        expect([undefined, "file_not_found"]).toContain(shared);
        await expectGone(friend.images, raced);
        expect(await sharedIds(friend)).not.toContain(raced);
      }
    });

    it("takes part in a transaction, whose rollback leaves nothing", async () => {
      const id = await upload();
      const rolledBack = subject().transaction(async (transaction) => {
        await images.share(id, { with: friendId, transaction });
        expect((await images.grants(id, { transaction })).items).toHaveLength(1);
        expect(await friend.images.exists(id, { transaction })).toBe(true);
        expect((await friend.sharedWithMe({ transaction })).items[0]?.id).toBe(id);
        expect(await friend.images.exists(id)).toBe(false);
        throw new RollBack();
      });
      await expect(rolledBack).rejects.toThrow(RollBack);
      await expectGone(friend.images, id);
      await subject().transaction(async (transaction) => {
        // Neither ends the transaction.
        const nobody = { with: randomUUID(), transaction };
        await expectRefusal(images.share(id, nobody), "owner_not_found");
        await images.share(id, { with: friendId, transaction });
      });
      expect(await grantees(id)).toEqual([friendId]);
    });

    it("deletes a file after the transaction that shares it, and its grant with it", async () => {
      const id = await upload();
      let deleted: Promise<void> | undefined;
      await subject().transaction(async (transaction) => {
        await images.share(id, { with: friendId, transaction });
        deleted = images.delete(id);
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(await images.exists(id)).toBe(true);
      });
      await deleted;
      await expectGone(friend.images, id);
      expect(await sharedIds(friend)).not.toContain(id);
    });

    it("refuses what cannot be shared, or with whom it cannot", async () => {
      const id = await upload();
      await expectRefusal(images.share(id, { with: ownerId }), "invalid_input");
      await expectRefusal(images.share(id, { with: randomUUID() }), "owner_not_found");
      for (const given of ["everyone", null, undefined, {}, { everyone: false }, [], 1]) {
        const options = { with: given } as unknown as { with: string };
        await expectRefusal(images.share(id, options), "invalid_input");
      }
      const until = 60 as unknown as Date;
      await expectRefusal(images.share(id, { with: friendId, until }), "invalid_input");
      await expectRefusal(images.share("no id", { with: friendId }), "file_not_found");
      await expectRefusal(owner.audio.share(id, { with: friendId }), "file_not_found");
      await expectRefusal(images.grants(id, { limit: 201 }), "invalid_input");
      await expectRefusal(images.grants(id, { cursor: "a" }), "invalid_cursor");

      const system = store.forSystem().images;
      const { file } = await system.upload({ body: png });
      await expectRefusal(images.share(file.id, { with: friendId }), "access_denied");
      await expectRefusal(system.share(file.id, { with: friendId }), "invalid_input");
      await expectRefusal(system.sharedWithMe(), "invalid_input");
      await system.delete(file.id);
    });

    it("is off unless it is asked for, also for what was shared before", async () => {
      const id = await share();
      const without = subject().storeWith({ variants: VARIANTS });
      await expectGone(without.forUser(friendId).images, id);
      const { images: own } = without.forUser(ownerId);
      for (const call of [
        own.share(id, { with: friendId }),
        own.unshare(id, { with: friendId }),
        own.grants(id),
        own.sharedWithMe(),
        without.forUser(friendId).sharedWithMe(),
      ]) {
        await expectRefusal(call, "invalid_input");
      }
    });

    it("ends what was shared with an erased user, and what it shared", async () => {
      const id = await share();
      const { file } = await friend.images.upload({ body: png });
      await friend.images.share(file.id, { with: ownerId });
      const receipt = await subject().maintenance.eraseUser(friendId);
      expect(receipt.complete).toBe(true);
      await expectGone(images, file.id);
      expect(await grantees(id)).toEqual([]);
      await expectGone(friend.images, id);
    });

    it("ends a grant as time passes, and sweeps it", async () => {
      const id = await upload();
      await images.share(id, { with: friendId, until: inDays(1) });
      await images.share(id, EVERYONE);
      const maintenance = await subject().pass(2);
      await expectRefusal(friend.audio.get(id), "file_not_found");
      expect(await grantees(id)).toEqual([{ everyone: true }]);
      await maintenance.sweep();
      expect(await grantees(id)).toEqual([{ everyone: true }]);
      await images.unshare(id, EVERYONE);
      await expectGone(friend.images, id);
    });
  });
}
