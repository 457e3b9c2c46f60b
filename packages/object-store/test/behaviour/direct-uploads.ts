import { beforeAll, describe, expect, it } from "@jest/globals";

import type { DirectUpload, ImageCollection } from "../../src/index.js";
import { sha256 } from "../support/bytes.js";
import { sampleOf } from "../support/samples.js";
import { expectBytes, expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";

export function describeDirectUploads(subject: () => Subject): void {
  describe("a direct upload", () => {
    let png: Uint8Array;
    let images: ImageCollection;

    beforeAll(async () => {
      png = (await sampleOf("png")).bytes;
      images = subject().store.forUser(await subject().addUser()).images;
    });

    const prepare = (facts: { sha256?: string } = {}): Promise<DirectUpload> =>
      images.createDirectUpload({
        byteSize: png.byteLength,
        contentType: "image/png",
        filename: "direct.png",
        ...facts,
      });

    async function send({ put }: DirectUpload, bytes = png): Promise<void> {
      if (put === null) throw new Error("the file is to be sent in parts");
      await subject().send(put, bytes);
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
