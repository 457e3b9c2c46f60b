import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { beforeAll, describe, expect, it } from "@jest/globals";
import { sizedMedia } from "@repo/sample-media";

import type { AudioCollection, DirectUpload, ImageCollection } from "../../src/index.js";
import type { StorageClient } from "../../src/testing.js";
import { collect, sha256 } from "../support/bytes.js";
import { sendParts, sendPost, sendPut } from "../support/direct-http.js";
import { sampleOf } from "../support/samples.js";
import { expectBytes, expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";

type MediaFiles = Pick<ImageCollection, "directUpload">;

type Multipart = Parameters<StorageClient["abortMultipartUpload"]>[0];

async function multipartOf(s3: StorageClient, id: string): Promise<Multipart> {
  for await (const { key, uploadId } of s3.listMultipartUploads({ prefix: "staging/" })) {
    if (key.includes(id)) return { key, uploadId };
  }
  throw new Error("there is no such multipart upload");
}

/** Sends a part of another size than planned, for which no URL is signed. */
async function sendShortPart(s3: StorageClient, id: string, partNumber: number): Promise<void> {
  await s3.uploadPart(await multipartOf(s3, id), { partNumber, body: Buffer.from("short") });
}

export function describeDirectUploads(subject: () => Subject): void {
  describe("a direct upload", () => {
    let png: Uint8Array;
    let images: ImageCollection;

    beforeAll(async () => {
      png = (await sampleOf("png")).bytes;
      images = subject().store.forUser(await subject().addUser()).images;
    });

    const prepare = (facts: { sha256?: string; md5?: string } = {}): Promise<DirectUpload> =>
      images.createDirectUpload({
        byteSize: png.byteLength,
        contentType: "image/png",
        filename: "direct.png",
        ...facts,
      });

    async function send({ put }: DirectUpload, bytes = png): Promise<void> {
      expect(await sendPut(put, bytes)).toBe(200);
    }

    it("becomes a file once it is completed, and not before", async () => {
      const upload = await prepare({ sha256: sha256(png) });
      await expectRefusal(images.completeDirectUpload(upload.id), "direct_upload_incomplete");
      await send(upload);
      const before = await images.count();
      const { file } = await images.completeDirectUpload(upload.id);
      expect(await images.count()).toBe(before + 1);
      expect(file).toMatchObject({ filename: "direct.png", sha256: sha256(png) });
      await expectBytes(images, file.id, png);
      expect((await images.completeDirectUpload(upload.id)).file.id).toBe(file.id);
    });

    it.each([
      ["in capitals", "IMAGE/PNG"],
      ["with parameters", "image/png; q=1"],
      ["by another name", "image/x-png"],
      ["of another format", "image/jpeg"],
      ["that says nothing", "application/octet-stream"],
      ["that is empty", ""],
      ["left out", undefined],
    ])("takes a type %s, and lets the content decide", async (_title, contentType) => {
      const announced = { byteSize: png.byteLength, filename: "direct.png" };
      const upload = await images.createDirectUpload({
        ...announced,
        ...(contentType !== undefined && { contentType }),
      });
      await send(upload);
      const { file, contradictions } = await images.completeDirectUpload(upload.id);
      expect(file.contentType).toBe("image/png");
      expect(await subject().keys()).toContainEqual(expect.stringMatching(`${file.id}.png$`));
      const isOther = contentType === "image/jpeg";
      expect(contradictions).toHaveLength(isOther ? 1 : 0);
      await images.delete(file.id);
    });

    it.each(["audio/mpeg", "text/html", "image/", "png", "*/*", "x".repeat(255)])(
      "refuses the type %s before anything is sent",
      async (contentType) => {
        const refused = images.createDirectUpload({ byteSize: png.byteLength, contentType });
        await expectRefusal(refused, "unsupported_media_type");
      },
    );

    it("gives its file to every call in the transaction that completes it", async () => {
      const upload = await prepare();
      await send(upload);
      const ids = await subject().transaction(async (transaction) => {
        const complete = (): Promise<string> =>
          images.completeDirectUpload(upload.id, { transaction }).then(({ file }) => file.id);
        const atOnce = await Promise.all([complete(), complete()]);
        return new Set([...atOnce, await complete()]);
      });
      expect(ids.size).toBe(1);
      for (const id of ids) await expectBytes(images, id, png);
    });

    it("gives no file to the transaction that has deleted it", async () => {
      const upload = await prepare();
      await send(upload);
      const { file } = await images.completeDirectUpload(upload.id);
      await subject().transaction(async (transaction) => {
        await images.delete(file.id, { transaction });
        const again = images.completeDirectUpload(upload.id, { transaction });
        await expectRefusal(again, "file_not_found");
      });
    });

    it("is refused when other bytes were sent than were announced", async () => {
      const upload = await prepare({ sha256: "00".repeat(32) });
      await send(upload);
      await expectRefusal(images.completeDirectUpload(upload.id), "checksum_mismatch");
    });

    it("is refused when its content is no image", async () => {
      const upload = await prepare();
      await send(upload, Buffer.alloc(png.byteLength, "text "));
      await expectRefusal(images.completeDirectUpload(upload.id), "unsupported_media_type");
    });

    it("is decoded where its completion asks for it", async () => {
      const damaged = Buffer.from(png);
      const pixels = damaged.indexOf("IDAT") + 4;
      damaged.fill(0xff, pixels + 2, pixels + 200);
      const upload = await prepare();
      await send(upload, damaged);
      const nonsense = images.completeDirectUpload(upload.id, { verify: "nonsense" as "decode" });
      await expectRefusal(nonsense, "invalid_input");
      const decoded = images.completeDirectUpload(upload.id, { verify: "decode" });
      await expectRefusal(decoded, "invalid_media");
    });

    it("can be sent in parts, again and in any order", async () => {
      const wav = await collect(sizedMedia("wav", 9 * 1024 * 1024));
      const { audio } = subject().store.forUser(await subject().addUser());
      const upload = await audio.createDirectUpload(
        { byteSize: wav.byteLength, sha256: sha256(wav) },
        { multipart: true },
      );
      const [first, second] = upload.parts ?? [];
      if (first === undefined || second === undefined) throw new Error("there are not two parts");
      expect(await sendPut(first, wav.subarray(1, first.byteSize))).toBe(403);
      expect(await sendParts([second], wav)).toEqual(new Set([200]));
      await expectRefusal(audio.completeDirectUpload(upload.id), "direct_upload_incomplete");
      expect(await sendParts(upload.parts, wav)).toEqual(new Set([200]));
      const { file } = await audio.completeDirectUpload(upload.id);
      await expectBytes(audio, file.id, wav);
      expect(await sendParts([second], wav)).toEqual(new Set([404]));
    });

    it("can be sent by a form, where the server takes forms, with its size, type and key", async () => {
      const { id, post } = await prepare();
      if (post === null) return;
      const larger = Buffer.concat([png, Buffer.alloc(1)]);
      expect(await sendPost(post, png.subarray(1))).toBe(400);
      expect(await sendPost(post, larger)).toBe(400);
      expect(await sendPost(post, png, { "Content-Type": "text/html" })).toBe(403);
      expect(await sendPost(post, png, { key: "images/system/mine.png" })).toBe(403);
      await expectRefusal(images.completeDirectUpload(id), "direct_upload_incomplete");
      expect(await sendPost(post, png)).toBe(204);
      const { file } = await images.completeDirectUpload(id);
      await expectBytes(images, file.id, png);
    });

    it("is refused by S3 with another method, size, type, digest or URL than was signed", async () => {
      const md5 = createHash("md5").update(png).digest("base64");
      const { id, put } = await prepare({ md5 });
      if (put === null) throw new Error("the file is to be sent in parts");
      const other = Buffer.alloc(png.byteLength, 1);
      const larger = Buffer.concat([png, Buffer.alloc(1)]);
      const elsewhere = put.url.replace(id, randomUUID());
      expect((await fetch(put.url)).status).toBe(403);
      expect((await fetch(put.url, { method: "DELETE" })).status).toBe(403);
      expect(await sendPut(put, png.subarray(1))).toBe(403);
      expect(await sendPut(put, larger)).toBe(403);
      expect(await sendPut(put, png, { "content-type": "text/html" })).toBe(403);
      expect(await sendPut(put, other, { "content-md5": md5 })).toBe(400);
      expect(await sendPut({ ...put, url: elsewhere }, png)).toBe(403);
      await expectRefusal(images.completeDirectUpload(id), "direct_upload_incomplete");
      expect(await sendPut(put, png)).toBe(200);
      await images.completeDirectUpload(id);
    });

    it("and a URL are refused by S3 once they have expired, with an error in XML", async () => {
      const { file } = await images.upload({ body: png });
      const { url } = await images.url(file.id, { expiresIn: 1 });
      const upload = await images.createDirectUpload(
        { byteSize: png.byteLength },
        { expiresIn: 1 },
      );
      const body = Buffer.from(png);
      await sleep(2_100);
      const { put, post } = upload;
      const answers = [
        await fetch(url),
        await fetch(put?.url ?? "", { method: "PUT", headers: put?.headers ?? {}, body }),
      ];
      for (const answer of answers) {
        expect(answer.status).toBe(403);
        expect(answer.headers.get("content-type")).toBe("application/xml");
        expect(await answer.text()).toContain("<Code>AccessDenied</Code>");
      }
      if (post !== null) expect(await sendPost(post, png)).toBe(403);
      await expectRefusal(images.completeDirectUpload(upload.id), "direct_upload_incomplete");
    });

    describe("that goes on", () => {
      let wav: Uint8Array;
      let audio: AudioCollection;

      beforeAll(async () => {
        wav = await collect(sizedMedia("wav", 17 * 1024 * 1024));
        audio = subject().store.forUser(await subject().addUser()).audio;
      });

      const left = async (files: MediaFiles, { id }: DirectUpload): Promise<DirectUpload | null> =>
        (await files.directUpload(id, { withRequests: true })).requests;
      const numbersOf = (upload: DirectUpload | null): number[] =>
        (upload?.parts ?? []).map(({ partNumber }) => partNumber);

      it("has requests for the parts that are missing or of another size, in new signatures", async () => {
        const upload = await audio.createDirectUpload({ byteSize: wav.byteLength });
        expect(numbersOf(await left(audio, upload))).toEqual([1, 2, 3]);
        const [first, second] = upload.parts ?? [];
        if (first === undefined || second === undefined) throw new Error("there are no two parts");
        expect(await sendParts([second], wav)).toEqual(new Set([200]));
        await sendShortPart(subject().s3, upload.id, 3);

        const rest = await left(audio, upload);
        expect(rest).toMatchObject({
          id: upload.id,
          byteSize: wav.byteLength,
          completeBefore: upload.completeBefore,
          put: null,
          post: null,
        });
        expect(numbersOf(rest)).toEqual([1, 3]);
        const offsets = rest?.parts?.map(({ offset, byteSize }) => offset + byteSize);
        expect(offsets).toEqual([first.byteSize, wav.byteLength]);
        expect(await sendParts(rest?.parts ?? null, wav)).toEqual(new Set([200]));

        expect(await left(audio, upload)).toBeNull();
        const { file } = await audio.completeDirectUpload(upload.id);
        await expectBytes(audio, file.id, wav);
        expect(await audio.directUpload(upload.id, { withRequests: true })).toMatchObject({
          status: "completed",
          fileId: file.id,
          requests: null,
        });
      });

      it("has the requests for a file in one piece until that was sent", async () => {
        const upload = await prepare();
        const again = await left(images, upload);
        expect(again).toMatchObject({ id: upload.id, parts: null });
        expect(again?.post === null).toBe(upload.post === null);
        await send(again ?? upload);
        expect(await left(images, upload)).toBeNull();
        await images.completeDirectUpload(upload.id);
        expect(await left(images, upload)).toBeNull();
      });

      it("signs only where it is asked to, and for as long as it is asked to", async () => {
        const { id } = await prepare();
        expect((await images.directUpload(id)).requests).toBeUndefined();
        const options = { withRequests: true, expiresIn: 60 } as const;
        const { requests } = await images.directUpload(id, options);
        const seconds = ((requests?.expiresAt.getTime() ?? 0) - Date.now()) / 1000;
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThanOrEqual(62);
        for (const expiresIn of [0, 86_401, 1.5]) {
          await expectRefusal(images.directUpload(id, { expiresIn }), "invalid_input");
        }
        const nonsense = images.directUpload(id, { withRequests: "yes" as unknown as true });
        await expectRefusal(nonsense, "invalid_input");
      });

      it("has nothing left to send when it is completed while S3 lists its parts", async () => {
        const upload = await audio.createDirectUpload({ byteSize: wav.byteLength });
        await sendParts(upload.parts, wav);
        const run = async (): Promise<void> => {
          await audio.completeDirectUpload(upload.id);
        };
        subject().faults.add({ match: "listParts", times: 1, fault: { type: "interleave", run } });
        expect(await left(audio, upload)).toBeNull();
      });

      it("has expired when S3 has dropped its parts", async () => {
        const upload = await audio.createDirectUpload({ byteSize: wav.byteLength });
        await subject().s3.abortMultipartUpload(await multipartOf(subject().s3, upload.id));
        await expectRefusal(left(audio, upload), "direct_upload_expired");
      });

      it("is storage_unavailable, and goes on later, while S3 does not answer", async () => {
        const upload = await audio.createDirectUpload({ byteSize: wav.byteLength });
        subject().faults.add({ match: "listParts", times: 1, fault: { type: "error" } });
        await expectRefusal(left(audio, upload), "storage_unavailable");
        expect(numbersOf(await left(audio, upload))).toEqual([1, 2, 3]);
      });

      it("is its owner's alone, and ends with what it was ended by", async () => {
        const upload = await prepare();
        const other = subject().store.forUser(await subject().addUser()).images;
        await expectRefusal(left(other, upload), "direct_upload_not_found");
        await expectRefusal(left(audio, upload), "direct_upload_not_found");
        await send(upload, Buffer.alloc(png.byteLength, "text "));
        await expectRefusal(images.completeDirectUpload(upload.id), "unsupported_media_type");
        await expectRefusal(left(images, upload), "unsupported_media_type");
        const cancelled = await prepare();
        await images.cancelDirectUpload(cancelled.id);
        await expectRefusal(left(images, cancelled), "direct_upload_expired");
      });
    });

    it("is gone once it is cancelled, and is its owner's alone", async () => {
      const upload = await prepare();
      const other = subject().store.forUser(await subject().addUser()).images;
      await expectRefusal(other.completeDirectUpload(upload.id), "direct_upload_not_found");
      await expectRefusal(other.cancelDirectUpload(upload.id), "direct_upload_not_found");
      await images.cancelDirectUpload(upload.id);
      await expectRefusal(images.completeDirectUpload(upload.id), "direct_upload_expired");
    });
  });
}
