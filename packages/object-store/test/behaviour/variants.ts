import { beforeAll, describe, expect, it } from "@jest/globals";

import type { MediaScope, ObjectStoreProvider } from "../../src/index.js";
import { expectRefusal } from "./expectations.js";
import { collect } from "../support/bytes.js";
import { sampleOf } from "../support/samples.js";
import type { Subject } from "./subject.js";

/** The recipes of the subject's maintenance. */
export const VARIANTS = {
  thumb: { width: 16, height: 16, format: "webp" },
  page: { width: 24, format: "jpeg" },
} as const;

/** What the public interface promises of variants. */
export function describeVariants(subject: () => Subject): void {
  describe("variants", () => {
    let store: ObjectStoreProvider;
    let scope: MediaScope;

    beforeAll(async () => {
      store = subject().storeWith({ variants: VARIANTS });
      scope = store.forUser(await subject().addUser());
    });

    const upload = async (): Promise<string> => {
      const { file } = await scope.images.upload({
        body: (await sampleOf("png")).bytes,
        filename: "a.png",
      });
      return file.id;
    };

    it("makes a variant that is missing and then gives the same one", async () => {
      const id = await upload();
      const made = await scope.images.variant(id, "thumb");
      expect(made).toMatchObject({
        fileId: id,
        variant: "thumb",
        contentType: "image/webp",
        width: 16,
        height: 16,
        pages: 1,
      });
      const { stream, byteLength, contentType } = await scope.images.download(id, {
        variant: "thumb",
      });
      expect(contentType).toBe("image/webp");
      expect(byteLength).toBe(made.byteSize);
      expect(await collect(stream)).toHaveLength(made.byteSize);
      const keys = await subject().keys();
      expect(await scope.images.variant(id, "thumb")).toMatchObject({ byteSize: made.byteSize });
      expect(await subject().keys()).toEqual(keys);
    });

    it("makes one object for all who ask at once", async () => {
      const id = await upload();
      const other = subject().storeWith({ variants: VARIANTS }).forSystem();
      await expectRefusal(other.images.variant(id, "thumb"), "file_not_found");
      const before = (await subject().keys()).length;
      const made = await Promise.all(
        Array.from({ length: 10 }, () => scope.images.variant(id, "page")),
      );
      expect(new Set(made.map(({ byteSize }) => byteSize)).size).toBe(1);
      expect(await subject().keys()).toHaveLength(before + 1);
    });

    it("signs what is there, and says what is not", async () => {
      const [ready, missing] = [await upload(), await upload()];
      await scope.images.variant(ready, "thumb");
      const { images } = scope;
      expect((await images.url(ready, { variant: "thumb" })).url).toContain("variants/");
      await expectRefusal(images.url(missing, { variant: "thumb" }), "variant_not_ready");
      expect((await images.url(missing, { variant: "thumb", fallback: "original" })).url).toContain(
        "images/",
      );
      const urls = await images.urls([ready, missing], { variant: "thumb" });
      expect(urls.get(ready)?.url).toContain("variants/");
      expect(urls.get(missing)).toBeNull();
      const files = await images.getMany([ready, missing], { withUrls: { variant: "thumb" } });
      expect(files.get(ready)?.url).toContain("variants/");
      expect(files.get(missing)).toMatchObject({ url: null, urlExpiresAt: null });
    });

    it("lists files with the URLs of their variants, of one kind and of both", async () => {
      const own = store.forUser(await subject().addUser());
      const first = (await own.images.upload({ body: (await sampleOf("jpeg")).bytes })).file;
      await own.audio.upload({ body: (await sampleOf("wav")).bytes });
      await own.images.variant(first.id, "thumb");
      const second = (await own.images.upload({ body: (await sampleOf("gif")).bytes })).file;
      const withUrls = { variant: "thumb" } as const;
      const { items } = await own.images.list({ withUrls });
      expect(items.map(({ id, url }) => [id, url === null])).toEqual([
        [second.id, true],
        [first.id, false],
      ]);
      const all = await own.list({ withUrls });
      expect(all.items.map(({ url }) => url === null)).toEqual([true, true, false]);
      const shown = await own.list({ withUrls: { variant: "thumb", fallback: "original" } });
      expect(shown.items.every(({ url }) => url.includes("://"))).toBe(true);
    });

    it("leaves nothing of an upload that is aborted once its variants are stored", async () => {
      const before = await subject().keys();
      const end = new AbortController();
      const s3 = new Proxy(subject().s3, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name, target);
          if (typeof member !== "function") return member;
          if (name !== "put") return member.bind(target) as unknown;
          return async (input: Parameters<typeof target.put>[0]) => {
            const written = await target.put(input);
            if (input.key.startsWith("variants/")) end.abort();
            return written;
          };
        },
      });
      const own = subject()
        .storeWith({ s3, variants: VARIANTS })
        .forUser(await subject().addUser());
      const { bytes: body } = await sampleOf("png");
      await expectRefusal(
        own.images.upload({ body }, { variants: ["thumb"], signal: end.signal }),
        "upload_aborted",
      );
      expect(await subject().keys()).toEqual(before);
    });

    it("leaves nothing of a file that is deleted while its variant is made", async () => {
      for (const match of ["get", "put"] as const) {
        const before = await subject().keys();
        const id = await upload();
        const run = (): Promise<void> => scope.images.delete(id);
        subject().faults.add({ match, times: 1, fault: { type: "interleave", run } });
        await expectRefusal(scope.images.variant(id, "thumb"), "file_not_found");
        expect(await subject().keys()).toEqual(before);
      }
    });

    it("deletes variants with their file", async () => {
      const own = store.forUser(await subject().addUser());
      const before = await subject().keys();
      const { file } = await own.images.upload({ body: (await sampleOf("png")).bytes });
      await own.images.variant(file.id, "thumb");
      await own.images.variant(file.id, "page");
      await own.images.delete(file.id);
      expect(await subject().keys()).toEqual(before);
    });

    it.each(["nothing", "the file only", "its variants only"] as const)(
      "removes what is left of a file with a second deletion, where the first removed %s",
      async (what) => {
        const own = store.forUser(await subject().addUser());
        const before = await subject().stored();
        const { file } = await own.images.upload({ body: (await sampleOf("png")).bytes });
        await own.images.variant(file.id, "thumb");
        await own.images.variant(file.id, "page");
        const isLeft = (key: string): boolean =>
          what === "nothing" || key.startsWith("variants/") === (what === "the file only");
        subject().faults.add({
          match: "deleteMany",
          times: 1,
          fault: { type: "deleteErrors", keys: isLeft },
        });
        await expectRefusal(own.images.delete(file.id), "storage_unavailable");
        await own.images.delete(file.id);
        expect(await subject().stored()).toEqual(before);
        await expectRefusal(own.images.delete(file.id), "file_not_found");
      },
    );

    it("keeps variants of a file whose deletion is rolled back", async () => {
      const id = await upload();
      await scope.images.variant(id, "thumb");
      const keys = await subject().keys();
      const failed = subject().transaction(async (transaction) => {
        await scope.images.delete(id, { transaction });
        throw new Error("rolled back");
      });
      await expect(failed).rejects.toThrow("rolled back");
      expect(await subject().keys()).toEqual(keys);
      await scope.images.url(id, { variant: "thumb" });
    });

    it("shows the earlier variant of a recipe that has changed, until there is a new one", async () => {
      const id = await upload();
      await scope.images.variant(id, "thumb");
      const changed = subject()
        .storeWith({ variants: { thumb: { ...VARIANTS.thumb, width: 8 } } })
        .forUser((await scope.images.get(id)).userId ?? "");
      const { url } = await changed.images.url(id, { variant: "thumb" });
      expect(await changed.images.variant(id, "thumb")).toMatchObject({ width: 8 });
      expect((await changed.images.url(id, { variant: "thumb" })).url).not.toBe(url);
      // The other version of the application still shows its own.
      expect(await scope.images.variant(id, "thumb")).toMatchObject({ width: 16 });
      expect((await scope.images.url(id, { variant: "thumb" })).url.split("?")[0]).toBe(
        url.split("?")[0],
      );
    });

    it("gives images a placeholder with their first variant", async () => {
      const id = await upload();
      expect((await scope.images.get(id)).placeholder).toBeNull();
      await scope.images.variant(id, "thumb");
      const { placeholder } = await scope.images.get(id);
      expect(Buffer.from(placeholder ?? "", "base64").length).toBeGreaterThan(4);
      await scope.images.variant(id, "page");
      expect((await scope.images.get(id)).placeholder).toBe(placeholder);
    });

    it("has variants ready with an upload", async () => {
      const { file } = await scope.images.upload(
        { body: (await sampleOf("jpeg")).bytes },
        { variants: ["thumb", "page"] },
      );
      for (const variant of ["thumb", "page"]) await scope.images.url(file.id, { variant });
      expect(file.placeholder).not.toBeNull();
      const keys = await subject().keys();
      expect(await scope.images.variant(file.id, "thumb")).toMatchObject({ width: 16, height: 16 });
      expect(await subject().keys()).toEqual(keys);
    });

    it("has them in the transaction of the upload, and none after its rollback", async () => {
      const own = store.forUser(await subject().addUser());
      const before = await subject().keys();
      const body = (await sampleOf("png")).bytes;
      const failed = subject().transaction(async (transaction) => {
        const { file } = await own.images.upload({ body }, { transaction, variants: ["thumb"] });
        await own.images.url(file.id, { variant: "thumb", transaction });
        throw new Error("rolled back");
      });
      await expect(failed).rejects.toThrow("rolled back");
      expect(await subject().keys()).toEqual(before);
      const { file } = await subject().transaction((transaction) =>
        own.images.upload({ body }, { transaction, variants: ["thumb"] }),
      );
      await own.images.url(file.id, { variant: "thumb" });
    });

    it("makes them for a repeated upload that did not ask for them before", async () => {
      const body = (await sampleOf("png")).bytes;
      const own = store.forUser(await subject().addUser());
      const key = { idempotencyKey: "once" };
      const { file } = await own.images.upload({ body }, key);
      await own.images.upload({ body }, { ...key, variants: ["thumb"] });
      await own.images.url(file.id, { variant: "thumb" });
    });

    it("refuses an upload with names that are no recipes", async () => {
      const body = (await sampleOf("png")).bytes;
      const before = await subject().stored();
      for (const variants of [["other"], "thumb" as never, [1 as never]]) {
        await expectRefusal(scope.images.upload({ body }, { variants }), "invalid_input");
      }
      expect(await subject().stored()).toEqual(before);
    });

    it("makes what files lack, of one recipe or of all, and continues by a cursor", async () => {
      const { maintenance } = subject();
      await maintenance.makeVariants();
      const ids = [await upload(), await upload(), await upload()];
      await scope.images.variant(ids[1] ?? "", "thumb");
      const first = await maintenance.makeVariants({ recipe: "thumb", maxFiles: 1 });
      expect(first).toMatchObject({ files: 1, made: 1, failed: 0 });
      const { cursor } = first;
      expect(await maintenance.makeVariants({ recipe: "thumb", cursor })).toMatchObject({
        files: 1,
        made: 1,
        cursor: null,
      });
      expect(await maintenance.makeVariants()).toMatchObject({ files: 3, made: 3 });
      expect(await maintenance.makeVariants()).toMatchObject({ files: 0, made: 0, removed: 0 });
      const urls = await scope.images.urls(ids, { variant: "page" });
      expect([...urls.values()].every((url) => url !== null)).toBe(true);
    });

    it("makes those of a changed recipe anew, unless only missing ones are asked for", async () => {
      const { maintenance } = subject();
      await maintenance.makeVariants();
      const earlier = subject()
        .storeWith({ variants: { ...VARIANTS, thumb: { width: 9, format: "png" } } })
        .forUser(await subject().addUser());
      const { file } = await earlier.images.upload(
        { body: (await sampleOf("png")).bytes },
        { variants: ["thumb", "page"] },
      );
      expect(await maintenance.makeVariants({ onlyMissing: true })).toMatchObject({ files: 0 });
      expect(await maintenance.makeVariants()).toMatchObject({ files: 1, made: 1, removed: 0 });
      // Shown until the newer one is a day old.
      expect(await earlier.images.variant(file.id, "thumb")).toMatchObject({ width: 9 });
    });

    it("removes variants of recipes that are not known only when asked to", async () => {
      const { maintenance } = subject();
      const other = subject()
        .storeWith({ variants: { other: { width: 9, format: "png" } } })
        .forUser(await subject().addUser());
      const body = (await sampleOf("png")).bytes;
      const { file } = await other.images.upload({ body }, { variants: ["other"] });
      expect(await maintenance.makeVariants()).toMatchObject({ removed: 0 });
      await other.images.url(file.id, { variant: "other" });
      expect(await maintenance.makeVariants({ dropUndefined: true })).toMatchObject({ removed: 1 });
      await expectRefusal(other.images.url(file.id, { variant: "other" }), "variant_not_ready");
    });

    it("takes the names of recipes only", async () => {
      const id = await upload();
      for (const variant of ["other", "", "toString", { width: 9000 } as never]) {
        await expectRefusal(scope.images.variant(id, variant), "invalid_input");
        await expectRefusal(scope.images.url(id, { variant }), "invalid_input");
      }
    });

    it("counts, erases and audits variants", async () => {
      const userId = await subject().addUser();
      const own = store.forUser(userId);
      const before = await subject().keys();
      const { file } = await own.images.upload({ body: (await sampleOf("png")).bytes });
      const { byteSize } = await own.images.variant(file.id, "thumb");
      const { variants } = await subject().maintenance.usage({ owner: userId });
      expect(variants).toEqual({ files: 1, bytes: byteSize, unfinished: 0 });
      const audit = await subject().maintenance.audit();
      expect(audit).toMatchObject({ missingObjects: 0, sizeMismatches: 0 });
      const receipt = await subject().maintenance.eraseUser(userId);
      expect(receipt.complete).toBe(true);
      const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
      expect(receipt.lines).toMatchObject([
        { kind: "image", outcome: "erased", sha256 },
        { kind: "variant", outcome: "erased", sha256 },
      ]);
      expect(await subject().keys()).toEqual(before);
    });
  });
}
