import { beforeAll, describe, expect, it } from "@jest/globals";

import type {
  AudioCollection,
  FileMetadata,
  ImageCollection,
  MediaScope,
} from "../../src/index.js";
import { sendPut } from "../support/direct-http.js";
import { sampleOf } from "../support/samples.js";
import { expectBytes, expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";

const LARGEST = { text: "x".repeat(4_096 - '{"text":""}'.length) };

export function describeDetails(subject: () => Subject): void {
  describe("what is said of a file", () => {
    let png: Uint8Array;
    let wav: Uint8Array;
    let scope: MediaScope;
    let images: ImageCollection;
    let audio: AudioCollection;

    beforeAll(async () => {
      png = (await sampleOf("png")).bytes;
      wav = (await sampleOf("wav")).bytes;
      scope = subject().store.forUser(await subject().addUser());
      ({ images, audio } = scope);
    });

    it("comes with its upload, and is read back as it was given", async () => {
      const metadata = { album: "Rome", rating: 4.5, shared: true, place: null, "": "\u{1F3B5}" };
      const given = { title: "  The <Forum>\n", altText: "", metadata };
      const { file } = await images.upload({ body: png, filename: "forum.png", ...given });
      expect(file).toMatchObject({ ...given, filename: "forum.png" });
      expect(await images.get(file.id)).toEqual(file);
      const sound = (await audio.upload({ body: wav, title: "Bells", metadata })).file;
      expect(sound).toMatchObject({ title: "Bells", metadata });
      expect((await scope.list({ limit: 2 })).items).toEqual([sound, file]);
    });

    it("is nothing where nothing was given, and what is given later does not change the caller's", async () => {
      const { file } = await images.upload({ body: png, title: null, metadata: null });
      expect(file).toMatchObject({ title: null, altText: null, metadata: {} });
      const metadata: Record<string, number> = { first: 1 };
      const upload = audio.upload({ body: wav, metadata });
      metadata["second"] = 2;
      expect((await upload).file).toMatchObject({ title: null, metadata: { first: 1 } });
    });

    it.each([1, 2, 3, 4])(
      "is flat, though a getter answers otherwise from look %i on",
      async (at) => {
        let looks = 0;
        const metadata = {
          get a(): string {
            looks += 1;
            return looks < at ? "flat" : ({ deep: 1 } as never);
          },
        };
        await images.upload({ body: png, metadata }).then(
          ({ file }) => {
            expect(file.metadata).toEqual({ a: "flat" });
          },
          (error: unknown) => {
            expect(error).toMatchObject({ code: "invalid_input" });
          },
        );
      },
    );

    it("is changed one by one, and removed with null", async () => {
      const metadata = { album: "Rome", rating: 5 };
      const { file } = await images.upload({ body: png, filename: "a.png", title: "A", metadata });
      const changed = await images.update(file.id, { altText: "A forum", metadata: { rating: 4 } });
      const { updatedAt } = changed;
      const said = { altText: "A forum", metadata: { rating: 4 } };
      expect(changed).toEqual(Object.assign({}, file, said, { updatedAt }));
      expect(updatedAt.getTime()).toBeGreaterThanOrEqual(file.updatedAt.getTime());
      expect(await images.get(file.id)).toEqual(changed);
      const none = { title: null, altText: null, metadata: null, filename: null };
      const cleared = await images.update(file.id, none);
      expect(cleared).toMatchObject({ ...none, metadata: {} });
      await expectBytes(images, file.id, png);
    });

    it("holds a new name for downloads, with the extension of the type where it lacks one", async () => {
      const { file } = await images.upload({ body: png, filename: "img_0001.png" });
      const nameOf = async (): Promise<unknown> => {
        const { url } = await images.url(file.id, { disposition: "attachment" });
        return /filename%3D%22(.*?)%22/.exec(url.replaceAll('"', "%22"))?.[1];
      };
      expect(await nameOf()).toBe("img_0001.png");
      const renamed = await images.update(file.id, { filename: "../secrets/Forum" });
      expect(renamed.filename).toBe("Forum");
      expect(await nameOf()).toBe("Forum.png");
      await images.update(file.id, { filename: "b.png" });
      expect(await nameOf()).toBe("b.png");
      await images.update(file.id, { filename: null });
      expect(await nameOf()).toBe(`${file.id}.png`);
      await expectBytes(images, file.id, png);
    });

    it("is given at the completion of a direct upload, once", async () => {
      const announced = { byteSize: png.byteLength, filename: "client.png" };
      const { id, put } = await images.createDirectUpload(announced);
      expect(await sendPut(put, png)).toBe(200);
      const wrong = { details: { transcript: "no" } } as object;
      await expectRefusal(images.completeDirectUpload(id, wrong), "invalid_input");
      const details = { title: "Forum", altText: "A forum", metadata: { album: "Rome" } };
      const { file } = await images.completeDirectUpload(id, { details });
      expect(file).toMatchObject({ ...details, filename: "client.png" });
      const again = await images.completeDirectUpload(id, { details: { title: "Other" } });
      expect(again.file).toEqual(file);
    });

    it("is the first upload's where a key repeats it", async () => {
      const options = { idempotencyKey: "said once" };
      const first = await images.upload({ body: png, title: "First" }, options);
      const second = await images.upload({ body: png, title: "Second" }, options);
      expect(second.file).toEqual(first.file);
    });

    it("changes with the caller's transaction, and not with its rollback", async () => {
      const { id } = (await images.upload({ body: png, title: "Before" })).file;
      const work = subject().transaction(async (transaction) => {
        await images.update(id, { title: "Within" }, { transaction });
        expect((await images.get(id, { transaction })).title).toBe("Within");
        expect((await images.get(id)).title).toBe("Before");
        throw new Error("rolled back");
      });
      await expect(work).rejects.toThrow("rolled back");
      expect((await images.get(id)).title).toBe("Before");
      await subject().transaction((transaction) =>
        images.update(id, { title: "After" }, { transaction }),
      );
      expect((await images.get(id)).title).toBe("After");
    });

    it("keeps each of two changes at the same time", async () => {
      const { id } = (await images.upload({ body: png })).file;
      let other: Promise<unknown> = Promise.resolve();
      await subject().transaction(async (transaction) => {
        await images.update(id, { title: "One" }, { transaction });
        other = images.update(id, { altText: "Two" });
      });
      await other;
      expect(await images.get(id)).toMatchObject({ title: "One", altText: "Two" });
    });

    it("is changed by the owner only", async () => {
      const { id } = (await images.upload({ body: png, title: "Mine" })).file;
      const other = subject().store.forUser(await subject().addUser());
      const system = subject().store.forSystem();
      const change = { title: "Theirs" };
      await expectRefusal(other.images.update(id, change), "file_not_found");
      await expectRefusal(system.images.update(id, change), "file_not_found");
      await expectRefusal(audio.update(id, change), "file_not_found");
      await expectRefusal(images.update("nonsense", change), "file_not_found");
      const shared = (await system.images.upload({ body: png })).file;
      await expectRefusal(images.update(shared.id, change), "access_denied");
      expect((await system.images.update(shared.id, change)).title).toBe("Theirs");
      expect((await images.get(id)).title).toBe("Mine");
    });

    it("may be as long as it may be", async () => {
      const { id } = (await images.upload({ body: png, metadata: LARGEST })).file;
      const longest = { title: "\u{1F3B5}".repeat(250), altText: "x".repeat(2_000) };
      expect(await images.update(id, longest)).toMatchObject({ ...longest, metadata: LARGEST });
      const keys = Array.from({ length: 390 }, (_, at) => [`k${at + 100}`, "1".repeat(at % 2)]);
      const metadata = Object.fromEntries(keys) as FileMetadata;
      expect((await images.update(id, { metadata })).metadata).toEqual(metadata);
      const numbers = { least: 5e-324, most: -1.7976931348623157e308, zero: -0, third: 1 / 3 };
      const read = (await images.update(id, { metadata: numbers })).metadata;
      expect(read).toEqual({ ...numbers, zero: 0 });
    });

    it.each<[string, object, RegExp]>([
      ["a title that is a number", { title: 5 }, /^.*title must be a string .*, and 5 came/],
      ["a title that is too long", { title: "x".repeat(501) }, /at most 500 .* one of 501 came/],
      ["a title with NUL", { title: "a\0" }, /without NUL, and one with NUL or a lone/],
      ["half a character", { title: "\ud83c" }, /title must be .* and one with NUL or a lone/],
      ["too long an alternative text", { altText: "x".repeat(2_001) }, /at most 2000 .* of 2001/],
      ["metadata in a list", { metadata: [1] }, /metadata must be an object .* an array came/],
      ["metadata in a Map", { metadata: new Map() }, /and an instance of a class came/],
      ["deep metadata", { metadata: { a: { b: 1 } } }, /and an object in "a" came/],
      ["a list in metadata", { metadata: { a: [] } }, /and an array in "a" came/],
      ["a date in metadata", { metadata: { a: new Date() } }, /and an object in "a" came/],
      ["nothing in metadata", { metadata: { a: undefined } }, /and undefined in "a" came/],
      ["no number in metadata", { metadata: { a: NaN } }, /finite numbers.* NaN in "a" came/],
      ["a big integer in metadata", { metadata: { a: 1n } }, /and a bigint in "a" came/],
      ["NUL in metadata", { metadata: { a: "\0" } }, /and NUL or a lone surrogate in "a" came/],
      ["NUL in a name of metadata", { metadata: { "\0": 1 } }, /lone surrogate in "\\u0000" came/],
      ["half a character in metadata", { metadata: { a: "\udfb5" } }, /lone surrogate in "a" came/],
      ["too much metadata", { metadata: { ...LARGEST, a: 1 } }, /at most 4096 bytes .* more came/],
      ["metadata of too long names", { metadata: { ["x".repeat(5_000)]: 1 } }, /more in "x{40}"/],
      [
        "numbers that PostgreSQL writes with too many digits",
        { metadata: Object.fromEntries(Array.from({ length: 20 }, (_, at) => [at, 1e300])) },
        /and more came/,
      ],
      ["what is no property", { caption: "a" }, /does not take: "caption"/],
    ])("is refused with a message that says what came: %s", async (...row) => {
      const [, details, message] = row;
      const { id } = (await images.upload({ body: png, title: "Before" })).file;
      for (const call of [
        () => images.update(id, details),
        () => images.upload({ body: png, ...details }),
      ]) {
        const error = await call().then(String, (reason: unknown) => reason as Error);
        expect(error).toMatchObject({ code: "invalid_input" });
        expect((error as Error).message).toMatch(message);
        expect((error as Error).message.length).toBeLessThan(400);
      }
      expect((await images.get(id)).title).toBe("Before");
    });

    it("of sound has no alternative text", async () => {
      const { file } = await audio.upload({ body: wav });
      expect(file).not.toHaveProperty("altText");
      await expectRefusal(audio.update(file.id, { altText: "a" } as object), "invalid_input");
      const body = { body: wav, altText: "a" };
      await expectRefusal(audio.upload(body), "invalid_input");
    });

    describe("in metadata", () => {
      let own: MediaScope;

      beforeAll(async () => {
        own = subject().store.forUser(await subject().addUser());
        const add = (title: string, metadata: FileMetadata): Promise<unknown> =>
          own.images.upload({ body: png, title, metadata });
        await add("rome 1", { album: "Rome", rating: 5 });
        await add("rome 2", { album: "Rome", rating: "5", place: null });
        await add("none", {});
        await own.audio.upload({ body: wav, title: "sound", metadata: { album: "Rome" } });
        await subject()
          .store.forUser(await subject().addUser())
          .images.upload({ body: png, title: "other", metadata: { album: "Rome" } });
      });

      const titles = async (metadata: FileMetadata): Promise<unknown[]> =>
        (await own.list({ order: "oldest", metadata })).items.map(({ title }) => title);

      it("filters lists and counts, by values of the same type", async () => {
        expect(await titles({ album: "Rome" })).toEqual(["rome 1", "rome 2", "sound"]);
        expect(await titles({ album: "Rome", rating: 5 })).toEqual(["rome 1"]);
        expect(await titles({ rating: "5" })).toEqual(["rome 2"]);
        expect(await titles({ place: null })).toEqual(["rome 2"]);
        expect(await titles({ album: "rome" })).toEqual([]);
        expect(await titles({ toString: "x" })).toEqual([]);
        expect(await titles(JSON.parse('{"__proto__":1}') as FileMetadata)).toEqual([]);
        expect(await titles({})).toHaveLength(4);
        expect(await own.images.count({ metadata: { album: "Rome" } })).toBe(2);
        const both = { metadata: { album: "Rome" }, contentType: "image/png" } as const;
        expect((await own.list({ ...both, withUrls: true })).items).toHaveLength(2);
        await images.upload({ body: png, metadata: { album: "Rome", rating: 5 } });
        expect(await titles({ rating: 5 })).toEqual(["rome 1"]);
      });

      it("goes on where the page before ended, and only with the same filter", async () => {
        const metadata = { album: "Rome", rating: 5 };
        await own.images.upload({ body: png, title: "rome 3", metadata });
        const { items, nextCursor } = await own.images.list({ limit: 1, metadata });
        expect(items.map(({ title }) => title)).toEqual(["rome 3"]);
        const same = { metadata: { rating: 5, album: "Rome" }, cursor: nextCursor };
        const next = await own.images.list(same);
        expect(next.items.map(({ title }) => title)).toEqual(["rome 1"]);
        for (const other of [{ album: "Rome" }, {}] as FileMetadata[]) {
          const wrong = own.images.list({ metadata: other, cursor: nextCursor });
          await expectRefusal(wrong, "invalid_cursor");
        }
      });

      it.each([null, [], "Rome", { album: undefined }, { album: ["Rome"] }, { album: "\0" }])(
        "refuses to filter by %j",
        async (metadata) => {
          await expectRefusal(own.list({ metadata: metadata as never }), "invalid_input");
          await expectRefusal(own.count({ metadata: metadata as never }), "invalid_input");
        },
      );
    });
  });
}
