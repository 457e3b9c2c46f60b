import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Sample } from "@repo/sample-media";

import { detectMediaKind, fromPath, type MediaBody } from "../../src/index.js";
import { pieces } from "../support/bytes.js";
import { sampleOf } from "../support/samples.js";
import { expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";

/** A stream whose file does not exist: it fails a moment after it was made. */
const failing = (): Readable => createReadStream("/nonexistent/cat.png");

/** What no type allows, as callers without types pass it. */
const untyped = (value: unknown): { body: MediaBody } => value as { body: MediaBody };

export function describeBodies(subject: () => Subject): void {
  describe("a body", () => {
    let png: Sample;
    let userId: string;
    let before: unknown;

    beforeAll(async () => {
      png = await sampleOf("png");
      userId = await subject().addUser();
      before = await subject().stored();
    });

    const images = () => subject().store.forUser(userId).images;
    const withBounds = (bounds: { sourceTimeoutSeconds?: number; uploadTimeoutSeconds?: number }) =>
      subject().storeWith(bounds).forUser(userId).images;

    /** The first half of a file, then whatever. */
    async function* half(rest: () => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      yield png.bytes.subarray(0, png.bytes.byteLength / 2);
      yield* rest();
    }

    it("whose stream fails before it is read fails the upload, inside a transaction too", async () => {
      await expectRefusal(images().upload({ body: failing() }), "source_failed");
      const inTransaction = subject().transaction((transaction) =>
        images().upload({ body: failing() }, { transaction }),
      );
      await expectRefusal(inTransaction, "source_failed");
    });

    it("whose stream fails after it was refused harms nothing", async () => {
      const refused = [
        () => images().upload({ body: failing() }, { idempotencyKey: "" }),
        () => images().upload({ body: failing() }, { signal: 1 as never }),
        () => images().upload({ body: failing() }, { transaction: {} as never }),
        () => images().upload(untyped({ body: failing(), unknown: 1 })),
        () => images().upload(untyped(failing())),
        () => images().upload(untyped({ body: Promise.reject(new Error("not waited for")) })),
      ];
      for (const each of refused) await expectRefusal(each(), "invalid_input");
      // The streams fail now.
      await sleep(20);
    });

    it("of endless empty chunks heeds its signal and the bound on silence", async () => {
      async function* nothing(): AsyncGenerator<Uint8Array> {
        for (;;) yield await Promise.resolve(Buffer.alloc(0));
      }
      const signal = AbortSignal.timeout(50);
      await expectRefusal(images().upload({ body: nothing() }, { signal }), "upload_aborted");
      const silent = withBounds({ sourceTimeoutSeconds: 1 }).upload({ body: half(nothing) });
      await expectRefusal(silent, "source_failed");
    });

    it("is asked for nothing more once its upload has ended", async () => {
      let asked = 0;
      const next = () => {
        asked += 1;
        return Promise.resolve({ done: false as const, value: Buffer.alloc(0) });
      };
      const body = { [Symbol.asyncIterator]: () => ({ next }) };
      await expectRefusal(
        images().upload({ body }, { signal: AbortSignal.timeout(20) }),
        "upload_aborted",
      );
      await sleep(5);
      const then = asked;
      await sleep(20);
      expect(asked).toBe(then);
    });

    it("of single bytes leaves others their turns", async () => {
      const { bytes } = await sampleOf("gif");
      const end = new AbortController();
      let after = 0;
      async function* crumbs(): AsyncGenerator<Uint8Array> {
        for (const byte of bytes) yield await Promise.resolve(Buffer.of(byte));
        setTimeout(() => {
          end.abort();
        }, 0);
        for (;;) {
          after += 1;
          yield Buffer.of(0);
        }
      }
      const body = crumbs();
      await images()
        .upload({ body }, { signal: end.signal })
        .catch(() => undefined);
      expect(after).toBeLessThan(50_000);
    }, 180_000);

    it.each([
      ["that says it was cut at a limit is file_too_large", { truncated: true }, "file_too_large"],
      ["of a request that was aborted is source_failed", { aborted: true }, "source_failed"],
    ] as const)("%s, whatever came of it", async (_title, facts, code) => {
      const body = Object.assign(Readable.from([png.bytes]), facts);
      await expectRefusal(images().upload({ body }), code);
    });

    it("that gives nothing any more ends after the bound on silence, and its stream with it", async () => {
      const silent = new Readable({ read: () => undefined });
      silent.push(png.bytes.subarray(0, 100));
      const upload = withBounds({ sourceTimeoutSeconds: 1 }).upload({ body: silent });
      await expectRefusal(upload, "source_failed");
      expect(silent.destroyed).toBe(true);
    });

    it("that gives a byte now and then ends after the bound on the whole upload", async () => {
      async function* drips(): AsyncGenerator<Uint8Array> {
        for (;;) {
          await sleep(20);
          yield Buffer.of(0);
        }
      }
      const upload = withBounds({ uploadTimeoutSeconds: 1 }).upload({ body: half(drips) });
      await expectRefusal(upload, "upload_expired");
    });

    it.each<[string, () => unknown]>([
      ["throws", () => JSON.parse("no JSON") as unknown],
      ["rejects", () => Promise.reject(new Error("no"))],
      ["gives no promise", () => 5],
    ])("whose iterator's return() %s is stored all the same", async (_title, end) => {
      const chunks = [png.bytes];
      const next = () => {
        const value = chunks.shift();
        return Promise.resolve({ done: value === undefined, value });
      };
      const iterator = { next, return: end };
      const body = { [Symbol.asyncIterator]: () => iterator } as AsyncIterable<Uint8Array>;
      const { file } = await images().upload({ body });
      expect(await images().exists(file.id)).toBe(true);
      await images().delete(file.id);
    });

    it("of thirty uploads at once shares a signal without a warning", async () => {
      const warnings: Error[] = [];
      const warned = (warning: Error): void => {
        if (warning.name === "MaxListenersExceededWarning") warnings.push(warning);
      };
      process.on("warning", warned);
      const { signal } = new AbortController();
      const files = await Promise.all(
        Array.from({ length: 30 }, () => images().upload({ body: png.bytes }, { signal })),
      );
      await sleep(5);
      process.off("warning", warned);
      expect(warnings).toEqual([]);
      await images().deleteMany(files.map(({ file }) => file.id));
    });

    it("is a file of the server by a file: URL, too", async () => {
      const here = new URL("../fixtures/in-transaction.mjs", import.meta.url);
      await expectRefusal(images().upload({ body: fromPath(here) }), "unsupported_media_type");
      for (const url of ["https://example.com/a.png", "file:///a%2Fb.png"]) {
        expect(() => fromPath(new URL(url))).toThrow(/fromPath takes the path/);
      }
    });

    it("that is a stream is read once, as what is left of it would pass for a file", async () => {
      const mp3 = (await sampleOf("mp3")).bytes;
      const { audio } = subject().store.forUser(userId);
      const makes = [() => Readable.from(pieces(mp3, 1000)), () => pieces(mp3, 1000)];
      for (const make of makes) {
        const refused = make();
        await expectRefusal(images().upload({ body: refused }), "unsupported_media_type");
        await expectRefusal(audio.upload({ body: refused }), "invalid_input");
        const looked = make();
        expect(await detectMediaKind(looked)).toBe("audio");
        await expectRefusal(audio.upload({ body: looked }), "invalid_input");
        const shared = make();
        const [first, second] = await Promise.allSettled([
          audio.upload({ body: shared }),
          audio.upload({ body: shared }),
        ]);
        expect(second).toMatchObject({ reason: { code: "invalid_input" } });
        if (first.status === "rejected") throw first.reason;
        expect(first.value.file.byteSize).toBe(mp3.byteLength);
        await audio.delete(first.value.file.id);
      }
    });

    it("has a name of any length, of which a bounded part is looked at", async () => {
      const name = `a${"\u0301\u0316".repeat(400_000)}.png`;
      const body = new File([Uint8Array.from(png.bytes)], name, {
        type: `a/${"b".repeat(10_000)}`,
      });
      const { file, contradictions } = await images().upload({ body });
      expect(file.filename).toMatch(/^a.*\.png$|^á.*\.png$/su);
      expect(Array.from(file.filename ?? "").length).toBeLessThanOrEqual(255);
      expect(contradictions).toEqual([]);
      await images().delete(file.id);
    });

    it("is a file of the server only by fromPath, never by JSON", async () => {
      const json: unknown = JSON.parse('{"path":"/etc/hostname"}');
      await expectRefusal(images().upload(untyped({ body: json })), "invalid_input");
      await expectRefusal(images().upload(untyped(json)), "invalid_input");
      for (const path of ["", "a\0b", 5, null, { path: "a" }]) {
        expect(() => fromPath(path as string)).toThrow(/fromPath takes the path/);
      }
    });

    it("leaves nothing behind when it is refused", async () => {
      expect(await subject().stored()).toEqual(before);
    });
  });
}
