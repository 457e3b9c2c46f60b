import { beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";

import type { DirectUpload, MediaScope } from "../../src/index.js";
import type { AuditFinding, ErasureReceipt, VerifyFinding } from "../../src/maintenance.js";
import { sendParts, sendPut } from "../support/direct-http.js";
import { sampleOf } from "../support/samples.js";
import { expectBytes, expectGone, expectRefusal } from "./expectations.js";
import type { Subject } from "./subject.js";

class RollBack extends Error {}

export function describeMaintenance(subject: () => Subject): void {
  let png: Uint8Array;
  let wav: Uint8Array;
  let userId: string;
  let scope: MediaScope;

  beforeAll(async () => {
    png = (await sampleOf("png")).bytes;
    wav = (await sampleOf("wav")).bytes;
  });

  beforeEach(async () => {
    userId = await subject().addUser();
    scope = subject().store.forUser(userId);
  });

  const keys = async (): Promise<string[]> =>
    (await subject().keys()).filter((key) => key.includes(userId));

  const outcomes = ({ lines }: ErasureReceipt): string[] =>
    lines.map(({ kind, was, outcome }) => `${kind} ${was} ${outcome}`).sort();

  const send = async ({ put }: DirectUpload): Promise<void> => {
    expect(await sendPut(put, png)).toBe(200);
  };

  /** A file that was deleted while S3 did not answer: its object is still there. */
  async function deletedButForObject(): Promise<string> {
    const { file } = await scope.images.upload({ body: png });
    subject().faults.add({ match: "delete", times: 1, fault: { type: "error" } });
    await expectRefusal(scope.images.delete(file.id), "storage_unavailable");
    await expectGone(scope.images, file.id);
    return file.id;
  }

  /** The next DeleteObjects removes nothing. */
  function failDeletions(): void {
    subject().faults.add({
      match: "deleteMany",
      times: 1,
      fault: { type: "deleteErrors", keys: () => true },
    });
  }

  describe("the erasure of a user", () => {
    it("removes every file of the user, and nobody else's", async () => {
      const other = subject().store.forUser(await subject().addUser());
      const { file: kept } = await other.images.upload({ body: png });
      const { file: image } = await scope.images.upload({ body: png });
      const { file: sound } = await scope.audio.upload({ body: wav });

      const receipt = await subject().maintenance.eraseUser(userId);
      expect(receipt).toMatchObject({ userId, complete: true });
      const facts = { was: "file", outcome: "erased" };
      expect(receipt.lines).toMatchObject([
        { ...facts, fileId: image.id, sha256: image.sha256, byteSize: image.byteSize },
        { ...facts, fileId: sound.id, sha256: sound.sha256, byteSize: sound.byteSize },
      ]);
      await expectGone(scope.images, image.id);
      expect(await scope.audio.count()).toBe(0);
      expect(await keys()).toEqual([]);
      await expectBytes(other.images, kept.id, png);
      const again = await subject().maintenance.eraseUser(userId);
      expect(again).toMatchObject({ complete: true, lines: [] });
    });

    it("makes an upload that is under way fail", async () => {
      async function* body(): AsyncGenerator<Uint8Array> {
        yield png.subarray(0, -1);
        const receipt = await subject().maintenance.eraseUser(userId);
        expect(outcomes(receipt)).toEqual(["image upload tombstone"]);
        expect(receipt.complete).toBe(false);
        yield png.subarray(-1);
      }
      await expectRefusal(scope.images.upload({ body: body() }), "upload_expired");
      expect(await keys()).toEqual([]);
    });

    it("ends direct uploads that were not completed, and is complete once their URLs are not", async () => {
      const { images, audio } = scope;
      const prepared = await images.createDirectUpload({ byteSize: png.byteLength });
      const sent = await images.createDirectUpload({ byteSize: png.byteLength });
      await send(sent);
      const announced = { byteSize: wav.byteLength };
      const inParts = await audio.createDirectUpload(announced, { multipart: true });
      expect(await sendParts(inParts.parts, wav)).toEqual(new Set([200]));
      const cancelled = await images.createDirectUpload({ byteSize: png.byteLength });
      await images.cancelDirectUpload(cancelled.id);

      const receipt = await subject().maintenance.eraseUser(userId);
      expect(outcomes(receipt)).toEqual([
        "direct_upload removal tombstone",
        ...[prepared, sent, inParts].map(() => "direct_upload upload tombstone"),
      ]);
      expect(receipt.complete).toBe(false);
      expect(await keys()).toEqual([]);
      for await (const { key } of subject().s3.listMultipartUploads()) {
        expect(key).not.toContain(userId);
      }
      await expectRefusal(images.completeDirectUpload(sent.id), "direct_upload_not_found");
      // S3 still takes what was signed.
      await send(prepared);

      const later = await subject().pass(1);
      await later.sweep();
      expect(await keys()).toEqual([]);
      expect(await later.eraseUser(userId)).toMatchObject({ complete: true, lines: [] });
    });

    it("makes the completion of a direct upload fail that is under way", async () => {
      const upload = await scope.images.createDirectUpload({ byteSize: png.byteLength });
      await send(upload);
      const receipts: ErasureReceipt[] = [];
      const run = async (): Promise<void> => {
        receipts.push(await subject().maintenance.eraseUser(userId));
      };
      subject().faults.add({ match: "copy", times: 1, fault: { type: "interleave", run } });
      const { images } = scope;
      await expectRefusal(images.completeDirectUpload(upload.id), "upload_expired");
      expect(receipts.map(outcomes)).toEqual([
        ["direct_upload upload tombstone", "image upload tombstone"],
      ]);
      expect(await images.count()).toBe(0);
      expect(await keys()).toEqual([]);
    });

    it("is not complete while a transaction holds a file", async () => {
      const { file } = await scope.images.upload({ body: png });
      const work = subject().transaction(async (transaction) => {
        await scope.images.delete(file.id, { transaction });
        const receipt = await subject().maintenance.eraseUser(userId);
        expect(receipt).toMatchObject({ complete: false, lines: [] });
        throw new RollBack();
      });
      await expect(work).rejects.toThrow(RollBack);
      const receipt = await subject().maintenance.eraseUser(userId);
      expect(receipt).toMatchObject({ complete: true, lines: [{ fileId: file.id }] });
    });

    it("says what S3 did not remove, and removes it the next time", async () => {
      const { file } = await scope.images.upload({ body: png });
      const { maintenance } = subject();
      failDeletions();
      const failed = await maintenance.eraseUser(userId);
      expect(outcomes(failed)).toEqual(["image file failed"]);
      expect(failed.complete).toBe(false);
      await expectGone(scope.images, file.id);

      const again = await maintenance.eraseUser(userId);
      expect(outcomes(again)).toEqual(["image removal erased"]);
      expect(again.complete).toBe(true);
      expect(await keys()).toEqual([]);
    });

    it("ends by a signal, and refuses what is no user's id", async () => {
      const { maintenance } = subject();
      const aborted = maintenance.eraseUser(userId, { signal: AbortSignal.abort() });
      await expectRefusal(aborted, "operation_aborted");
      await expectRefusal(maintenance.eraseUser("alice"), "invalid_input");
    });
  });

  describe("a sweep", () => {
    it("finishes a deletion once its lease is over, and not before", async () => {
      await deletedButForObject();
      await subject().maintenance.sweep();
      expect(await keys()).toHaveLength(1);
      const report = await (await subject().pass(1)).sweep();
      expect(report.removed).toBeGreaterThan(0);
      expect(await keys()).toEqual([]);
    });

    it("leaves what S3 did not remove to the next one", async () => {
      await deletedButForObject();
      const later = await subject().pass(1);
      failDeletions();
      expect((await later.sweep()).failed).toBeGreaterThan(0);
      expect(await keys()).toHaveLength(1);
      expect((await later.sweep()).failed).toBe(0);
      expect(await keys()).toEqual([]);
    });

    it("takes over an upload whose lease is over, which then fails", async () => {
      let abandoned = 0;
      async function* body(): AsyncGenerator<Uint8Array> {
        yield png.subarray(0, -1);
        abandoned = (await (await subject().pass(1)).sweep()).abandoned;
        yield png.subarray(-1);
      }
      await expectRefusal(scope.images.upload({ body: body() }), "upload_expired");
      expect(abandoned).toBe(1);
      expect(await keys()).toEqual([]);
    });

    it("leaves the last five minutes of a direct upload to its completion", async () => {
      const { images } = scope;
      const late = await images.createDirectUpload({ byteSize: png.byteLength });
      const sent = await images.createDirectUpload({ byteSize: png.byteLength });
      await send(sent);
      const [secondsOfAll, secondsOfDay] = [7_200, 86_400];
      await subject().pass((secondsOfAll - 600) / secondsOfDay);
      const { requests } = await images.directUpload(late.id, { withRequests: true });
      const end = requests?.completeBefore.getTime() ?? 0;
      expect(end - (requests?.expiresAt.getTime() ?? 0)).toBeGreaterThan(290_000);
      await subject().pass(350 / secondsOfDay);
      expect(await images.directUpload(late.id)).toMatchObject({ status: "open" });
      const tooLate = images.directUpload(late.id, { withRequests: true });
      await expectRefusal(tooLate, "direct_upload_expired");
      const all = await images.directUpload(sent.id, { withRequests: true });
      expect(all).toMatchObject({ status: "open", requests: null });
      expect((await images.completeDirectUpload(sent.id)).file.byteSize).toBe(png.byteLength);
    });

    it("removes direct uploads whose time is over, whole or in parts", async () => {
      const { images, audio } = scope;
      const whole = await images.createDirectUpload({ byteSize: png.byteLength });
      await send(whole);
      const announced = { byteSize: wav.byteLength };
      const { parts } = await audio.createDirectUpload(announced, { multipart: true });
      await subject().maintenance.sweep();
      expect(await sendParts(parts, wav)).toEqual(new Set([200]));
      expect(await images.directUpload(whole.id)).toMatchObject({ status: "open" });

      const report = await (await subject().pass(1)).sweep();
      expect(report.aborted).toBe(1);
      expect(await keys()).toEqual([]);
      for await (const { key } of subject().s3.listMultipartUploads()) {
        expect(key).not.toContain(userId);
      }
      await expectRefusal(images.directUpload(whole.id), "direct_upload_not_found");
    });
  });

  describe("an audit", () => {
    const ofUser = (findings: readonly AuditFinding[]): AuditFinding[] =>
      findings.filter(({ key }) => key.includes(userId));

    it("finds an orphan, a missing object and a dead row, and repairs what it can", async () => {
      const { file: intact } = await scope.images.upload({ body: png });
      const { file: missing } = await scope.audio.upload({ body: wav });
      const deadId = await deletedButForObject();
      const [missingKey = ""] = (await keys()).filter((key) => key.includes(missing.id));
      await subject().s3.delete(missingKey);
      const orphan = `images/users/${userId}/${uuidv7()}.png`;
      const { byteLength } = png;
      await subject().s3.put({ key: orphan, body: png, byteLength, contentType: "image/png" });

      const findings: AuditFinding[] = [];
      const onFinding = (finding: AuditFinding): void => void findings.push(finding);
      await subject().maintenance.audit({ onFinding });
      expect(ofUser(findings)).toMatchObject([
        { finding: "missing_object", key: missingKey, fileId: missing.id, action: "kept" },
      ]);

      findings.length = 0;
      const later = await subject().pass(3);
      await later.audit({ fix: true, onFinding });
      expect(ofUser(findings)).toMatchObject([
        { finding: "missing_object", key: missingKey, action: "quarantined" },
        { finding: "orphan", key: orphan, byteSize: byteLength, action: "quarantined" },
        { finding: "dead_row", fileId: deadId, purpose: "removal", action: "kept" },
      ]);
      await expectGone(scope.audio, missing.id);
      await expectBytes(scope.images, intact.id, png);
      expect(await keys()).toEqual([
        expect.stringContaining(intact.id),
        expect.stringContaining(deadId),
        `quarantine/${missingKey}.json`,
        `quarantine/${orphan}`,
      ]);

      findings.length = 0;
      await later.sweep();
      await later.audit({ onFinding });
      expect(ofUser(findings)).toEqual([]);
    });
  });

  describe("a verification", () => {
    it("finds what is damaged, of another size or gone, and where it goes on", async () => {
      const { images } = scope;
      const upload = async (): Promise<string> => (await images.upload({ body: png })).file.id;
      const ids = { sha256: await upload(), size: await upload(), missing: await upload() };
      const intact = await upload();
      const keyOf = async (id: string): Promise<string> =>
        (await keys()).find((key) => key.includes(id)) ?? "";
      const replace = async (id: string, body: Uint8Array): Promise<void> => {
        const { byteLength } = body;
        const object = { key: await keyOf(id), body, byteLength, contentType: "image/png" };
        await subject().s3.put(object);
      };
      await replace(ids.sha256, Buffer.alloc(png.byteLength, 1));
      await replace(ids.size, png.subarray(1));
      await subject().s3.delete(await keyOf(ids.missing));

      const findings: VerifyFinding[] = [];
      const onFinding = (finding: VerifyFinding): void => void findings.push(finding);
      const { maintenance } = subject();
      const options = { onFinding, bytesPerSecond: 1_000_000_000 };
      let files = 0;
      let cursor: string | null = null;
      do {
        const report = await maintenance.verify({ ...options, cursor, maxFiles: 20 });
        files += report.files;
        ({ cursor } = report);
      } while (cursor !== null);
      const found = findings.filter(({ key }) => key.includes(userId));
      expect(Object.fromEntries(found.map(({ finding, fileId }) => [finding, fileId]))).toEqual(
        ids,
      );
      expect(found.map(({ fileId }) => fileId)).not.toContain(intact);
      const { images: ofImages, audio, variants } = await maintenance.usage();
      expect(files).toBe(ofImages.files + audio.files + variants.files);
      await images.deleteMany(Object.values(ids));
    });
  });

  describe("usage", () => {
    it("counts the files, the bytes and what is unfinished, by kind and owner", async () => {
      const { maintenance } = subject();
      const nothing = { files: 0, bytes: 0, unfinished: 0 };
      await deletedButForObject();
      const before = await maintenance.usage();
      expect((await maintenance.usage({ owner: userId })).owners).toEqual([
        { owner: userId, images: { ...nothing, unfinished: 1 }, audio: nothing, variants: nothing },
      ]);
      await scope.images.upload({ body: png });
      await scope.images.upload({ body: png });
      await scope.audio.upload({ body: wav });

      const images = { files: 2, bytes: 2 * png.byteLength, unfinished: 1 };
      const audio = { files: 1, bytes: wav.byteLength, unfinished: 0 };
      const variants = nothing;
      const own = { images, audio, owners: [{ owner: userId, images, audio, variants }] };
      expect(await maintenance.usage({ owner: userId })).toMatchObject(own);
      const all = await maintenance.usage({ top: 10_000 });
      expect(all.owners).toContainEqual({ owner: userId, images, audio, variants });
      expect(all.images.bytes).toBe(before.images.bytes + images.bytes);
      expect(all.audio.files).toBe(before.audio.files + 1);
      const sizes = all.owners.map(
        (owner) => owner.images.bytes + owner.audio.bytes + owner.variants.bytes,
      );
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
      expect((await maintenance.usage({ top: 1 })).owners).toEqual(all.owners.slice(0, 1));
    });
  });
}
