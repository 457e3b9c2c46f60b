import { Readable } from "node:stream";

import { beforeAll, describe, expect, it } from "@jest/globals";
import { brokenSamples, type Sample, validSamples } from "@repo/sample-media";

import type { UploadOptions } from "../../src/index.js";
import { pieces, sha256 } from "../support/bytes.js";
import { expectNothingChanged, expectNothingStored } from "../support/expect-nothing-stored.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { codeOf, expectBytes, expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";

export function describeUploads(subject: () => Subject): void {
  describe("an upload", () => {
    let png: Sample;
    let userId: string;

    beforeAll(async () => {
      png = await sampleOf("png");
      userId = await subject().addUser();
    });

    it("takes every format and reads its facts", async () => {
      const scope = subject().store.forUser(userId);
      for (const sample of await validSamples()) {
        const { file } = await uploadSample(scope, sample);
        expect(file).toMatchObject({
          userId,
          byteSize: sample.bytes.byteLength,
          sha256: sha256(sample.bytes),
        });
        const { kind, ...facts } = sample.expect;
        if (kind === "image") expect(file).toMatchObject({ kind, ...facts });
        else expect(file.kind).toBe("audio");
      }
    });

    it("takes a buffer, a blob, a Node stream, a web stream and an iterable alike", async () => {
      const { images } = subject().store.forUser(userId);
      const { bytes } = png;
      const blob = new Blob([Uint8Array.from(bytes)]);
      const bodies = [bytes, blob, Readable.from([bytes]), blob.stream(), pieces(bytes, 1000)];
      for (const body of bodies) {
        const { file } = await images.upload({ body });
        expect(file.sha256).toBe(sha256(bytes));
        await expectBytes(images, file.id, bytes);
      }
    });

    it("gives a URL that works", async () => {
      const { images } = subject().store.forUser(userId);
      const input = { body: png.bytes, filename: "naïve.png" };
      const { file, url, urlExpiresAt } = await images.upload(input, { urlExpiresIn: 60 });
      expect(urlExpiresAt.getTime()).toBeGreaterThan(Date.now());
      const answer = await fetch(url);
      expect(answer.headers.get("content-type")).toBe("image/png");
      expect(answer.headers.get("content-disposition")).toMatch(/^inline; .*na%C3%AFve.png/);
      expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(png.bytes));
      for (const method of ["PUT", "DELETE"]) {
        expect((await fetch(url, { method })).status).toBe(403);
      }
      await images.delete(file.id);
      expect((await fetch(url)).status).toBe(404);
    });

    it("keeps what is broken, empty, too large or of the other kind out, and leaves nothing", async () => {
      const { images, audio } = subject().store.forUser(userId);
      const samples = await brokenSamples();
      await expectNothingChanged(subject(), async () => {
        for (const { bytes: body, code } of samples) {
          const uploads = [images.upload({ body }), audio.upload({ body })];
          const refusals = await Promise.all(uploads.map(codeOf));
          expect(refusals).not.toContain(undefined);
          expect(refusals).toContain(code);
        }
      });
      const small = subject().storeWith({ maxBytes: 100 }).forUser(userId);
      const refused = [
        [() => images.upload({ body: Buffer.alloc(0) }), "empty_file"],
        [() => audio.upload({ body: png.bytes }), "unsupported_media_type"],
        [() => small.images.upload({ body: png.bytes }), "file_too_large"],
      ] as const;
      for (const [upload, code] of refused) {
        expect((await expectNothingStored(subject(), upload)).code).toBe(code);
      }
    });

    it.each(["jpeg", "png", "gif"] as const)(
      "marks a cut %s, or refuses it if asked",
      async (format) => {
        const { bytes } = await sampleOf(format);
        const body = bytes.subarray(0, bytes.byteLength / 2);
        const { images } = subject().store.forUser(userId);
        const whole = await images.upload({ body: bytes });
        expect(whole.file.complete).toBe(true);
        const { file } = await images.upload({ body });
        expect(file.complete).toBe(false);
        expect((await images.get(file.id)).complete).toBe(false);

        const strict = subject().storeWith({ truncated: "refuse" }).forUser(userId);
        for (const upload of [
          () => images.upload({ body }, { truncated: "refuse" }),
          () => strict.images.upload({ body }),
        ]) {
          expect((await expectNothingStored(subject(), upload)).code).toBe("invalid_media");
        }
      },
    );

    it("needs an owner that exists", async () => {
      const nobody = subject().store.forUser("00000000-0000-7000-8000-00000000dead");
      await expectRefusal(nobody.images.upload({ body: png.bytes }), "owner_not_found");
    });

    it("ends with the caller's signal", async () => {
      const { images } = subject().store.forUser(userId);
      const signal = AbortSignal.abort();
      await expectRefusal(images.upload({ body: png.bytes }, { signal }), "upload_aborted");
    });

    it("destroys its stream also when what comes with it is refused", async () => {
      const { images } = subject().store.forUser(userId);
      const refused: [object, UploadOptions][] = [
        [{}, { idempotencyKey: "" }],
        [{}, { verify: "nonsense" as "decode" }],
        [{}, { truncated: "nonsense" as "refuse" }],
        [{}, { urlExpiresIn: 0 }],
        [{ filename: 5 }, {}],
        [{ unknown: 5 }, {}],
      ];
      for (const [input, options] of refused) {
        const body = Readable.from([png.bytes]);
        await expectRefusal(images.upload({ body, ...input }, options), "invalid_input");
        expect(body.destroyed).toBe(true);
      }
      let isCancelled = false;
      const body = new ReadableStream<Uint8Array>({ cancel: () => void (isCancelled = true) });
      await expectRefusal(images.upload({ body }, { idempotencyKey: "" }), "invalid_input");
      expect(isCancelled).toBe(true);
    });

    it("with an idempotency key stores once, also at once, and refuses other bytes", async () => {
      const { images, audio } = subject().store.forUser(userId);
      const options = { idempotencyKey: "once" };
      const [a, b] = await Promise.all([
        images.upload({ body: png.bytes }, options),
        images.upload({ body: png.bytes }, options),
      ]);
      expect(a.file.id).toBe(b.file.id);
      const other = (await sampleOf("jpeg")).bytes;
      const sound = (await sampleOf("wav")).bytes;
      await expectRefusal(images.upload({ body: other }, options), "idempotency_conflict");
      await expectRefusal(audio.upload({ body: sound }, options), "idempotency_conflict");
      await images.delete(a.file.id);
      expect((await images.upload({ body: other }, options)).file.id).not.toBe(a.file.id);
    });
  });
}
