import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";

import type {
  ListenOptions,
  MediaEvent,
  MediaScope,
  ObjectStoreProvider,
} from "../../src/index.js";
import type { DeadEvent } from "../../src/maintenance.js";
import { sendPut } from "../support/direct-http.js";
import { sampleOf } from "../support/samples.js";
import { expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";
import { VARIANTS } from "./variants.js";

class RollBack extends Error {}

const DAY = 86_400;

export function describeEvents(subject: () => Subject): void {
  describe("events", () => {
    let png: Uint8Array;
    let wav: Uint8Array;
    let store: ObjectStoreProvider;
    let userId: string;
    let scope: MediaScope;
    const stops: (() => Promise<void>)[] = [];

    beforeAll(async () => {
      png = (await sampleOf("png")).bytes;
      wav = (await sampleOf("wav")).bytes;
      store = subject().storeWith({ variants: VARIANTS, events: true });
    });

    beforeEach(async () => {
      userId = await subject().addUser();
      scope = store.forUser(userId);
    });

    afterEach(async () => {
      await Promise.all(stops.splice(0).map((stop) => stop()));
    });

    afterAll(() => store.close());

    const listen = (
      handler: (event: MediaEvent) => unknown,
      options: ListenOptions = {},
      from = store,
    ): (() => Promise<void>) => {
      // What other tests have left is nothing to this one.
      const own = (event: MediaEvent): unknown =>
        event.owner === userId ? handler(event) : undefined;
      const { stop } = from.events.listen(own, { retrySeconds: 0, ...options });
      stops.push(stop);
      return stop;
    };
    /** The user's events, until nothing waits. */
    const heard = async (): Promise<MediaEvent[]> => {
      const events: MediaEvent[] = [];
      const stop = listen((event) => events.push(event));
      await quiet();
      await stop();
      return events;
    };
    const quiet = async (): Promise<void> => {
      while ((await subject().maintenance.events()).waiting > 0) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const typesOf = (events: readonly MediaEvent[]): string[] => events.map(({ type }) => type);

    it("tell of an upload with its ids, and of its variants after it", async () => {
      const { file } = await scope.images.upload({ body: png }, { variants: ["thumb"] });
      const [ready, variant, ...others] = await heard();
      const of = { kind: "image", fileId: file.id, owner: userId, attempt: 1 };
      expect(ready).toMatchObject({ type: "file.ready", ...of });
      expect(Math.abs(Number(ready?.at) - Number(file.createdAt))).toBeLessThan(60_000);
      expect(variant).toMatchObject({ type: "variant.ready", variant: "thumb", ...of });
      expect(others).toEqual([]);
    });

    it("tell of a variant that was made later, once", async () => {
      const { id } = (await scope.images.upload({ body: png })).file;
      await Promise.all([scope.images.variant(id, "thumb"), scope.images.variant(id, "thumb")]);
      await scope.images.variant(id, "thumb");
      expect(typesOf(await heard())).toEqual(["file.ready", "variant.ready"]);
    });

    it("tell what a change named", async () => {
      const { id } = (await scope.audio.upload({ body: wav })).file;
      await scope.audio.update(id, { title: "A", filename: "b.wav", metadata: { a: 1 } });
      await scope.audio.setTranscript(id, "one");
      const [ready, update, transcript] = await heard();
      expect(ready).toMatchObject({ type: "file.ready", kind: "audio" });
      expect(update).toMatchObject({ type: "file.updated", fileId: id });
      const changed = update?.type === "file.updated" ? [...update.changed].sort() : [];
      expect(changed).toEqual(["filename", "metadata", "title"]);
      expect(transcript).toMatchObject({ type: "file.updated", changed: ["transcript"] });
    });

    it("tell of a deletion, and of a system-wide file without an owner", async () => {
      const { id } = (await scope.images.upload({ body: png })).file;
      await scope.images.delete(id);
      await expectRefusal(scope.images.delete(id), "file_not_found");
      const [, deleted, ...others] = await heard();
      expect(deleted).toMatchObject({ type: "file.deleted", fileId: id, restorableUntil: null });
      expect(others).toEqual([]);

      const system = store.forSystem().images;
      const { file } = await system.upload({ body: png });
      const events: MediaEvent[] = [];
      stops.push(store.events.listen((event) => events.push(event)).stop);
      await quiet();
      expect(events).toMatchObject([{ type: "file.ready", fileId: file.id, owner: null }]);
      await system.delete(file.id);
    });

    it("tell of the trash once, and of the way back", async () => {
      const { id } = (await scope.images.upload({ body: png })).file;
      await scope.images.delete(id, { restorableFor: DAY });
      await scope.images.delete(id, { restorableFor: DAY });
      await scope.images.restore(id);
      await scope.images.delete(id, { restorableFor: DAY });
      await scope.images.delete(id);
      const events = await heard();
      expect(typesOf(events)).toEqual([
        "file.ready",
        "file.deleted",
        "file.restored",
        "file.deleted",
      ]);
      const until = events[1]?.type === "file.deleted" ? events[1].restorableUntil : null;
      expect(Math.abs(Number(until) - Date.now() - DAY * 1000)).toBeLessThan(600_000);
    });

    it("tell nothing at the end of the trash", async () => {
      const { id } = (await scope.images.upload({ body: png })).file;
      await scope.images.delete(id, { restorableFor: DAY });
      await (await subject().pass(2)).sweep();
      expect(typesOf(await heard())).toEqual(["file.ready", "file.deleted"]);
    });

    it("tell of a direct upload once it is completed", async () => {
      const { images } = scope;
      const { id, put } = await images.createDirectUpload({ byteSize: png.byteLength });
      expect(await sendPut(put, png)).toBe(200);
      expect(await heard()).toEqual([]);
      const { file } = await images.completeDirectUpload(id, { variants: ["thumb"] });
      await images.completeDirectUpload(id);
      const events = await heard();
      expect(typesOf(events)).toEqual(["file.ready", "variant.ready"]);
      expect(events[0]?.fileId).toBe(file.id);
    });

    it("tell of an erasure, also of what was in the trash, and forget what was given up", async () => {
      const [kept, thrown] = [
        (await scope.images.upload({ body: png })).file.id,
        (await scope.images.upload({ body: png })).file.id,
      ];
      await scope.images.delete(thrown, { restorableFor: DAY });
      listen(
        () => {
          throw new Error("of a person");
        },
        { maxAttempts: 1 },
      );
      await quiet();
      await Promise.all(stops.splice(0).map((stop) => stop()));
      expect(await deadOfUser()).toHaveLength(3);
      await subject().maintenance.eraseUser(userId);
      expect(await deadOfUser()).toEqual([]);
      const events = await heard();
      expect(events.map(({ type, fileId }) => [type, fileId]).sort()).toEqual(
        [
          ["file.erased", kept],
          ["file.erased", thrown],
        ].sort(),
      );
    });

    const deadOfUser = async (): Promise<DeadEvent[]> => {
      const found: DeadEvent[] = [];
      await subject().maintenance.events({
        onFinding: (event) => void (event.owner === userId && found.push(event)),
      });
      return found;
    };

    it("come of a transaction once it is committed, and never of one that is rolled back", async () => {
      const { id } = (await scope.images.upload({ body: png })).file;
      expect(await heard()).toHaveLength(1);
      const work = (fails: boolean): Promise<void> =>
        subject().transaction(async (transaction) => {
          await scope.images.upload({ body: png }, { transaction, variants: ["thumb"] });
          await scope.images.update(id, { title: "A" }, { transaction });
          await scope.images.delete(id, { restorableFor: DAY, transaction });
          await scope.images.restore(id, { transaction });
          await scope.images.delete(id, { transaction });
          expect(await heard()).toEqual([]);
          if (fails) throw new RollBack();
        });
      await expect(work(true)).rejects.toThrow(RollBack);
      expect(await heard()).toEqual([]);
      await work(false);
      const events = await heard();
      expect(typesOf(events.filter(({ fileId }) => fileId === id))).toEqual([
        "file.updated",
        "file.deleted",
        "file.restored",
        "file.deleted",
      ]);
      expect(typesOf(events.filter(({ fileId }) => fileId !== id))).toEqual([
        "file.ready",
        "variant.ready",
      ]);
    });

    it("of a file come one after another, of different files at the same time", async () => {
      const ids = await Promise.all(
        [1, 2].map(async () => (await scope.images.upload({ body: png })).file.id),
      );
      for (const id of ids) {
        for (const title of ["a", "b", "c"]) await scope.images.update(id, { title });
      }
      const now = new Map<string, string>();
      let most = 0;
      const byFile = new Map<string, number[]>(ids.map((id) => [id, []]));
      listen(async ({ fileId, id }) => {
        expect(now.has(fileId)).toBe(false);
        now.set(fileId, id);
        most = Math.max(most, now.size);
        byFile.get(fileId)?.push(Number(id));
        await new Promise((resolve) => setTimeout(resolve, 20));
        now.delete(fileId);
      });
      await quiet();
      expect(most).toBe(2);
      for (const events of byFile.values()) {
        expect(events).toHaveLength(4);
        expect(events).toEqual([...events].sort((a, b) => a - b));
      }
    });

    it("are shared by listeners, each handled by one", async () => {
      await Promise.all(Array.from({ length: 12 }, () => scope.images.upload({ body: png })));
      const other = subject().storeWith({ events: true });
      const seen: [listener: number, id: string][] = [];
      [store, other].forEach((from, at) => {
        listen(
          async ({ id }) => {
            seen.push([at, id]);
            await new Promise((resolve) => setTimeout(resolve, 20));
          },
          { concurrency: 2 },
          from,
        );
      });
      await quiet();
      expect(new Set(seen.map(([, id]) => id)).size).toBe(12);
      expect(seen).toHaveLength(12);
      expect(new Set(seen.map(([at]) => at)).size).toBe(2);
      await other.close();
    });

    it("come again when the handler fails, before later ones of the file", async () => {
      const { id } = (await scope.images.upload({ body: png })).file;
      await scope.images.update(id, { title: "A" });
      const seen: [string, number][] = [];
      listen(({ type, attempt }) => {
        seen.push([type, attempt]);
        if (attempt < 3 && type === "file.ready") throw new Error("not yet");
      });
      await quiet();
      expect(seen).toEqual([
        ["file.ready", 1],
        ["file.ready", 2],
        ["file.ready", 3],
        ["file.updated", 1],
      ]);
    });

    it("are given up after so many attempts, with the reason, and can be retried or dropped", async () => {
      const { maintenance } = subject();
      const { id } = (await scope.images.upload({ body: png })).file;
      await scope.images.update(id, { title: "A" });
      const seen: string[] = [];
      let isBroken = true;
      listen(
        ({ type }) => {
          seen.push(type);
          if (isBroken && type === "file.ready") throw new RangeError(`no\0 ${"x".repeat(1_000)}`);
        },
        { maxAttempts: 2 },
      );
      await quiet();
      expect(seen).toEqual(["file.ready", "file.ready", "file.updated"]);
      const [dead, ...others] = await deadOfUser();
      expect(dead).toMatchObject({
        ...{ type: "file.ready", kind: "image", fileId: id, owner: userId, attempts: 2 },
        reason: expect.stringMatching(/^RangeError: no x+$/) as unknown,
      });
      expect(dead?.reason).toHaveLength(500);
      expect(others).toEqual([]);

      const ids = [dead?.id ?? ""];
      expect(await maintenance.events({ dead: "retry", ids })).toMatchObject({ retried: 1 });
      await quiet();
      expect(seen.slice(3)).toEqual(["file.ready", "file.ready"]);
      isBroken = false;
      expect(await maintenance.events({ dead: "retry", ids })).toMatchObject({ retried: 1 });
      await quiet();
      expect(await deadOfUser()).toEqual([]);

      isBroken = true;
      await scope.images.upload({ body: png });
      await quiet();
      const [again] = await deadOfUser();
      const drop = { dead: "drop", ids: [again?.id ?? ""] } as const;
      expect(await maintenance.events(drop)).toMatchObject({ dropped: 1 });
      expect(await deadOfUser()).toEqual([]);
      await expectRefusal(maintenance.events({ dead: "all" as never }), "invalid_input");
      await expectRefusal(maintenance.events({ dead: "drop", ids: ["x"] }), "invalid_input");
    });

    it("stop with their listener's signal and with the store, after the running handler", async () => {
      const other = subject().storeWith({ events: true });
      const started: string[] = [];
      const ended: string[] = [];
      const aborts = new AbortController();
      const handler = async ({ id, owner }: MediaEvent): Promise<void> => {
        if (owner !== userId) return;
        started.push(id);
        await new Promise((resolve) => setTimeout(resolve, 50));
        ended.push(id);
      };
      const { stop } = other.events.listen(handler, { signal: aborts.signal });
      await scope.images.upload({ body: png });
      await quiet();
      aborts.abort();
      await stop();
      await scope.images.upload({ body: png });
      other.events.listen(handler);
      while (started.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      await other.close();
      expect(ended).toEqual(started);
      expect((await subject().maintenance.events()).waiting).toBe(0);
      expect(() => other.events.listen(handler)).toThrow(
        expect.objectContaining({ code: "store_closed" }),
      );
    });

    it("are refused where they are off, and nothing is written then", async () => {
      const silent = subject().storeWith({ events: false });
      const refused = expect.objectContaining({ code: "invalid_input" }) as unknown as Error;
      expect(() => silent.events.listen(() => undefined)).toThrow(refused);
      const { images } = silent.forUser(userId);
      const { id } = (await images.upload({ body: png })).file;
      await images.update(id, { title: "A" });
      await images.delete(id);
      expect((await subject().maintenance.events()).waiting).toBe(0);
      for (const options of [{ concurrency: 0 }, { leaseSeconds: 1 }, { pollSeconds: 0.5 }]) {
        expect(() => store.events.listen(() => undefined, options)).toThrow(refused);
      }
      expect(() => store.events.listen("x" as never)).toThrow(refused);
    });
  });
}
