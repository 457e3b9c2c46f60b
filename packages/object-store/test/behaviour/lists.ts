import { beforeAll, describe, expect, it } from "@jest/globals";

import type { MediaScope } from "../../src/index.js";
import { sampleOf } from "../support/samples.js";
import { expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";

const NAMES = ["a-1.png", "a-2.png", "b.gif", "sound.wav", "z.png"] as const;

export function describeLists(subject: () => Subject): void {
  describe("a list", () => {
    let scope: MediaScope;

    beforeAll(async () => {
      scope = subject().store.forUser(await subject().addUser());
      const other = subject().store.forUser(await subject().addUser());
      const png = (await sampleOf("png")).bytes;
      await other.images.upload({ body: png, filename: "a-other.png" });
      await subject().store.forSystem().images.upload({ body: png, filename: "a-system.png" });
      for (const filename of NAMES) {
        const body = (await sampleOf(filename.slice(-3) as "png" | "gif" | "wav")).bytes;
        if (filename.endsWith("wav")) await scope.audio.upload({ body, filename });
        else await scope.images.upload({ body, filename });
      }
    });

    it("shows a scope's own files of both kinds, newest first", async () => {
      const { items, nextCursor } = await scope.list();
      expect(items.map(({ filename }) => filename)).toEqual([...NAMES].reverse());
      expect(nextCursor).toBeNull();
    });

    it("goes on where the page before ended, in either order", async () => {
      for (const order of ["newest", "oldest"] as const) {
        const first = await scope.list({ limit: 2, order });
        const second = await scope.list({ limit: 2, order, cursor: first.nextCursor });
        const third = await scope.list({ limit: 2, order, cursor: second.nextCursor });
        const names = [first, second, third].flatMap(({ items }) => items.map((i) => i.filename));
        expect(names).toEqual(order === "oldest" ? [...NAMES] : [...NAMES].reverse());
        expect(third.nextCursor).toBeNull();
      }
    });

    it("filters by type, name and time, and counts", async () => {
      const names = async (filter: Parameters<MediaScope["list"]>[0]): Promise<unknown[]> =>
        (await scope.list({ order: "oldest", ...filter })).items.map(({ filename }) => filename);
      expect(await names({ contentType: ["image/gif", "audio/wav"] })).toEqual([
        "b.gif",
        "sound.wav",
      ]);
      expect(await names({ filenamePrefix: "a-" })).toEqual(["a-1.png", "a-2.png"]);
      const { createdAt } = (await scope.images.list({ filenamePrefix: "b" })).items[0] ?? {};
      if (createdAt === undefined) throw new Error("b.gif is missing");
      expect(await names({ createdBefore: createdAt })).toEqual(["a-1.png", "a-2.png"]);
      expect(await scope.count({ filenamePrefix: "a-" })).toBe(2);
      expect(await scope.images.count()).toBe(4);
    });

    it("signs URLs when asked to", async () => {
      const { items } = await scope.images.list({ withUrls: true });
      for (const { url } of items) expect(url).toMatch(/^(?:https?|memory):/);
    });

    it("can be walked from end to end", async () => {
      const names: unknown[] = [];
      for await (const { filename } of scope.all({ limit: 2 })) names.push(filename);
      expect(names).toEqual([...NAMES].reverse());
    });

    it("ends a walk before the next file when its signal aborts", async () => {
      const controller = new AbortController();
      const names: unknown[] = [];
      const walk = async (): Promise<void> => {
        for await (const { filename } of scope.all({ signal: controller.signal })) {
          names.push(filename);
          controller.abort();
        }
      };
      await expectRefusal(walk(), "operation_aborted");
      expect(names).toEqual([NAMES.at(-1)]);
    });

    it("refuses a cursor that is not its own", async () => {
      const { nextCursor } = await scope.list({ limit: 1 });
      await expectRefusal(scope.images.list({ cursor: nextCursor }), "invalid_cursor");
      await expectRefusal(scope.list({ cursor: "nonsense" }), "invalid_cursor");
      await expectRefusal(scope.list({ limit: 0 }), "invalid_input");
    });
  });
}
