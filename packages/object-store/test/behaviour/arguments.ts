import { Readable } from "node:stream";

import { beforeAll, describe, expect, it } from "@jest/globals";

import {
  type ImageCollection,
  ImageCreate,
  InvalidInputError,
  type ObjectStoreError,
} from "../../src/index.js";
import { sampleOf } from "../support/samples.js";
import { expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";

/** A collection as callers without types see it. */
type Untyped = {
  [Name in keyof ImageCollection]: (...given: unknown[]) => Promise<unknown>;
};

async function errorOf(call: Promise<unknown>): Promise<ObjectStoreError> {
  return call.then(
    () => {
      throw new Error("it was not refused");
    },
    (error: unknown) => error as ObjectStoreError,
  );
}

export function describeArguments(subject: () => Subject): void {
  describe("an argument", () => {
    let userId: string;
    let id: string;

    beforeAll(async () => {
      userId = await subject().addUser();
      const { bytes: body } = await sampleOf("png");
      ({ id } = (await subject().store.forUser(userId).images.upload({ body })).file);
    });

    const images = () => subject().store.forUser(userId).images as unknown as Untyped;

    it.each<[string, () => unknown, RegExp]>([
      ["a bare buffer", () => Buffer.alloc(3_300_000), /a Buffer came.*upload\(\{ body \}\)/],
      ["a bare Uint8Array", () => new Uint8Array(3_300_000), /a Uint8Array came/],
      ["a bare stream", () => Readable.from([]), /a stream came.*upload\(\{ body \}\)/],
      ["a bare blob", () => new Blob(["a"]), /a Blob came/],
      ["a bare path", () => "/tmp/cat.png", /a string came.*fromPath\(path\)/],
      ["a path as body", () => ({ body: "/tmp/cat.png" }), /fromPath\(path\), and a string came/],
      ["an ArrayBuffer as body", () => ({ body: new ArrayBuffer(8) }), /an ArrayBuffer came/],
      ["a promise as body", () => ({ body: Promise.resolve(1) }), /a Promise came/],
      ["an array", (): unknown => Array<number>(3_300_000).fill(0), /an array came/],
      ["null", () => null, /null came/],
      ["no argument", () => undefined, /undefined came/],
    ])("of an upload that is %s gets a short message that says what to write", async (...row) => {
      const [, given, message] = row;
      const error = await errorOf(images().upload(given()));
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(error.message).toMatch(message);
      expect(error.message.length).toBeLessThan(300);
    });

    it("with any number of unknown properties gets a message of a few", async () => {
      const many = Object.fromEntries(
        Array.from({ length: 100_000 }, (_, index) => [`property ${index}`.repeat(20), 1]),
      );
      for (const call of [images().upload(many), images().createDirectUpload(many)]) {
        const { code, message } = await errorOf(call);
        expect(code).toBe("invalid_input");
        expect(message.length).toBeLessThan(500);
      }
      const { message } = await errorOf(images().createDirectUpload(Array(100_000).fill(0)));
      expect(message).toMatch(/an array came.*createDirectUpload\(\{ byteSize/);
    });

    it.each<[string, () => Promise<unknown>, RegExp]>([
      [
        "verify",
        () => images().upload({ body: Buffer.of(1) }, { verify: 1 }),
        /verify must be .* 1 came/,
      ],
      ["disposition", () => images().url(id, { disposition: null }), /"attachment", and null came/],
      ["ids, in no array,", () => images().urls("id"), /an array of .* ids, and a string came/],
      [
        "ids, too many,",
        () => images().urls(Array(1_001).fill(id)),
        /1000 ids, and one of 1001 came/,
      ],
      ["ids, one of them a number,", () => images().urls([id, 5]), /and one of 2, with 5, came/],
    ])("for %s that is refused gets a message that says what came", async (...row) => {
      const [, call, message] = row;
      const error = await errorOf(call());
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(error.message).toMatch(message);
    });

    it.each(['{"constructor":null}', '{"__proto__":null}', '{"__proto__":{"body":[]}}'])(
      "%s is refused wherever an object is due",
      async (json) => {
        const given: unknown = JSON.parse(json);
        await expectRefusal(images().upload(given), "invalid_input");
        await expectRefusal(images().createDirectUpload(given), "invalid_input");
        await expectRefusal(images().upload({ body: given }), "invalid_input");
      },
    );

    it("that is no option of its kind is refused, and never a TypeError", async () => {
      const { bytes: body } = await sampleOf("png");
      const refused: (() => Promise<unknown>)[] = [
        () => images().list({ withUrls: null }),
        () => images().list({ withUrls: 5 }),
        () => images().list({ withUrls: { expiresIn: Object.create(null) as unknown } }),
        () => images().list({ contentType: Array(100_000).fill("image/png") }),
        () => images().list("newest"),
        () => images().download(id, { range: null }),
        () => images().download(id, { range: { start: Object.create(null) as unknown } }),
        () => images().download(id, { signal: 1 }),
        () => images().url(id, 300),
        () => images().url(id, { expiresIn: [] }),
        () => images().delete(id, { transaction: {} }),
        () => images().delete(id, { transaction: 1 }),
        () => images().upload({ body }, { signal: 1 }),
        () => images().upload({ body }, { transaction: 1 }),
        () => images().upload({ body }, []),
        () => images().urls(Array(3)),
        () => images().urls({ length: 1 }),
        () => images().deleteMany(Array(100_000).fill("a")),
        () => images().createDirectUpload({ byteSize: 1 }, { multipart: "yes" }),
      ];
      for (const each of refused) await expectRefusal(each(), "invalid_input");
    });

    it("whose getter throws, or whose keys cannot be told, is refused", async () => {
      const getter = {
        get body(): never {
          throw new TypeError("no");
        },
      };
      const proxy = new Proxy({}, { ownKeys: () => JSON.parse("no JSON") as string[] });
      for (const given of [getter, proxy]) {
        await expectRefusal(images().upload(given), "invalid_input");
      }
    });

    it("may be anything that an application has at hand", async () => {
      const { bytes: body } = await sampleOf("png");
      const polyfill = Object.assign(new EventTarget(), { aborted: false });
      const accepted: (() => Promise<unknown>)[] = [
        () => images().list(null),
        () => images().list(Object.assign(Object.create(null) as object, { limit: 5 })),
        () => images().list({ cursor: null, limit: undefined, contentType: undefined }),
        () => images().get(id.toUpperCase()),
        () => images().url(id, undefined),
        () => images().download(id, { signal: null }),
        () => images().download(id, { signal: polyfill }),
        () => images().upload({ body }, { signal: null, transaction: null }),
        () => images().upload({ body, filename: undefined, contentType: null }, null),
        () => images().upload(Object.assign(new ImageCreate(), { body })),
        () => images().upload(Object.assign(Object.create(null) as object, { body })),
        () => images().createDirectUpload({ byteSize: 1, filename: null, contentType: null }),
      ];
      for (const call of accepted) await expect(call()).resolves.toBeDefined();
      for (const maxTagBytes of [0, Infinity]) {
        expect(subject().storeWith({ inspection: { maxTagBytes } })).toBeDefined();
      }
    });

    it("that can be no id is the id of no file", async () => {
      for (const none of [Array(100_000).fill(0), Object.create(null), Symbol("id"), 5, null]) {
        await expectRefusal(images().get(none), "file_not_found");
        await expectRefusal(images().directUpload(none), "direct_upload_not_found");
        expect(await images().exists(none)).toBe(false);
      }
    });

    it("with dates of any year is a filter", async () => {
      const [first, last] = [new Date(-8.64e15), new Date(8.64e15)];
      const all = await images().count();
      expect(await images().count({ createdFrom: first, createdBefore: last })).toBe(all);
      expect(await images().count({ createdBefore: first })).toBe(0);
      expect(await images().count({ createdFrom: last })).toBe(0);
    });
  });
}
