import { buffer } from "node:stream/consumers";

import { beforeAll, describe, expect, it } from "@jest/globals";

import { sampleOf } from "../support/samples.js";
import { expectGone, expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";

const NOWHERE = "00000000-0000-7000-8000-000000000000";

export function describeReads(subject: () => Subject): void {
  describe("a file", () => {
    let png: Uint8Array;
    let ada: string;
    let grace: string;

    beforeAll(async () => {
      png = (await sampleOf("png")).bytes;
      ada = await subject().addUser();
      grace = await subject().addUser();
    });

    it("of a user is there for that user only", async () => {
      const { file } = await subject().store.forUser(ada).images.upload({ body: png });
      for (const scope of [subject().store.forUser(grace), subject().store.forSystem()]) {
        await expectGone(scope.images, file.id);
        await expectRefusal(scope.images.delete(file.id), "file_not_found");
        expect((await scope.images.urls([file.id])).size).toBe(0);
      }
      expect((await subject().store.forUser(ada).images.get(file.id)).id).toBe(file.id);
    });

    it("of the system can be read by all and changed by the system only", async () => {
      const { file } = await subject().store.forSystem().images.upload({ body: png });
      const { images } = subject().store.forUser(ada);
      expect((await images.get(file.id)).userId).toBeNull();
      await expectRefusal(images.delete(file.id), "access_denied");
      await subject().store.forSystem().images.delete(file.id);
      await expectGone(images, file.id);
    });

    it("that never was is not found, whatever its id looks like", async () => {
      const { images } = subject().store.forUser(ada);
      for (const id of [NOWHERE, "nonsense", ""]) await expectGone(images, id);
      await expectRefusal(images.delete(NOWHERE), "file_not_found");
    });

    it("is read with others, by its id as it was given", async () => {
      const { images } = subject().store.forUser(ada);
      const own = (await images.upload({ body: png })).file;
      const shared = (await subject().store.forSystem().images.upload({ body: png })).file;
      const other = (await subject().store.forUser(grace).images.upload({ body: png })).file;
      const asked = own.id.toUpperCase();
      const files = await images.getMany([asked, shared.id, other.id, NOWHERE, "nonsense", asked]);
      expect(files).toEqual(
        new Map([
          [asked, own],
          [shared.id, shared],
        ]),
      );
      const withUrls = await images.getMany([own.id], { withUrls: { disposition: "attachment" } });
      expect(withUrls.get(own.id)).toMatchObject({
        id: own.id,
        url: expect.stringMatching(/attachment/),
        urlExpiresAt: expect.any(Date),
      });
      expect(await images.getMany([])).toEqual(new Map());
      const tooMany = Array<string>(1001).fill(own.id);
      await expectRefusal(images.getMany(tooMany), "invalid_input");
      await expectRefusal(images.getMany([own.id], { withUrls: 1 as never }), "invalid_input");
    });

    it("of anybody is read by the application, which can change none", async () => {
      const ids: string[] = [];
      for (const scope of [
        subject().store.forUser(ada),
        subject().store.forUser(grace),
        subject().store.forSystem(),
      ]) {
        ids.push((await scope.images.upload({ body: png })).file.id);
      }
      const { images, audio } = subject().store.forApplication();
      const files = await images.getMany(ids, { withUrls: true });
      expect([...files.values()].map(({ userId }) => userId)).toEqual([ada, grace, null]);
      expect([...(await images.urls(ids)).keys()]).toEqual(ids);
      for (const id of ids) {
        expect((await images.get(id)).id).toBe(id);
        expect(await images.exists(id)).toBe(true);
        expect((await images.url(id)).url).toContain(id);
        const { stream } = await images.download(id);
        expect((await buffer(stream)).equals(png)).toBe(true);
        expect(await audio.exists(id)).toBe(false);
      }
      await expectGone(images, NOWHERE);
      for (const change of ["upload", "delete", "deleteMany", "setTranscript", "list"]) {
        expect(images).not.toHaveProperty(change);
      }
    });

    it("is read in ranges", async () => {
      const { images } = subject().store.forUser(ada);
      const { file } = await images.upload({ body: png });
      const part = await images.download(file.id, { range: { start: 10, end: 19 } });
      expect(part).toMatchObject({ byteLength: 10, totalByteLength: png.byteLength });
      expect(Buffer.compare(await buffer(part.stream), png.subarray(10, 20))).toBe(0);
      const range = { start: png.byteLength };
      await expectRefusal(images.download(file.id, { range }), "invalid_range");
    });

    it("is gone with its object once it is deleted", async () => {
      const { images } = subject().store.forUser(ada);
      const { file } = await images.upload({ body: png });
      await images.delete(file.id);
      await expectGone(images, file.id);
      expect((await subject().keys()).some((key) => key.includes(file.id))).toBe(false);
    });

    it("is deleted with others, each with a result of its own", async () => {
      const { images } = subject().store.forUser(ada);
      const own = (await images.upload({ body: png })).file.id;
      const shared = (await subject().store.forSystem().images.upload({ body: png })).file.id;
      const results = await images.deleteMany([own, NOWHERE, shared]);
      expect(results).toEqual([
        { id: own, deleted: true },
        expect.objectContaining({ id: NOWHERE, deleted: false }),
        expect.objectContaining({ id: shared, deleted: false }),
      ]);
      expect(results.map((result) => ("error" in result ? result.error.code : null))).toEqual([
        null,
        "file_not_found",
        "access_denied",
      ]);
      await expectGone(images, own);
      expect((await subject().keys()).some((key) => key.includes(own))).toBe(false);
    });

    it("of sound keeps a transcript until it is removed", async () => {
      const { audio } = subject().store.forUser(ada);
      const { file } = await audio.upload({ body: (await sampleOf("wav")).bytes, transcript: "a" });
      expect(file.transcript).toBe("a");
      expect((await audio.setTranscript(file.id, "b")).transcript).toBe("b");
      await audio.setTranscript(file.id, null);
      expect((await audio.get(file.id)).transcript).toBeNull();
    });
  });
}
