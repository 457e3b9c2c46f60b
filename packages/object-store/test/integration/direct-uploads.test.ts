import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Sample, sizedMedia } from "@repo/sample-media";

import type { MediaScope } from "../../src/index.js";
import { collect, sha256 } from "../support/bytes.js";
import { sendParts, sendPut } from "../support/direct-http.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";

let harness: Harness;
let scope: MediaScope;
let userId: string;
let png: Sample;
let mp3: Sample;

beforeAll(async () => {
  harness = await openHarness();
  userId = await harness.addUser();
  scope = harness.store.forUser(userId);
  png = await sampleOf("png");
  mp3 = await sampleOf("mp3");
});

afterAll(() => harness.close());

function md5(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("base64");
}

function announced(sample: Sample, contentType: string) {
  return { filename: sample.name, byteSize: sample.bytes.byteLength, contentType };
}

async function stagedKeys(): Promise<string[]> {
  return (await harness.keys()).filter((key) => key.startsWith("staging/"));
}

/** Lets every direct upload's time be over. */
async function age(): Promise<void> {
  await harness.database.query("UPDATE direct_uploads SET lease_expires_at = now()");
}

describe("a direct upload", () => {
  it("becomes a file once it was sent and completed, and leaves nothing staged", async () => {
    const direct = await scope.images.createDirectUpload({
      ...announced(png, "image/png"),
      md5: md5(png.bytes),
      sha256: sha256(png.bytes),
    });
    expect(direct.parts).toBeNull();
    expect(await scope.images.directUpload(direct.id)).toMatchObject({
      status: "open",
      fileId: null,
      refusal: null,
      filename: png.name,
      byteSize: png.bytes.byteLength,
      contentType: "image/png",
    });
    expect(await scope.images.list()).toMatchObject({ items: [] });

    expect(await sendPut(direct.put, png.bytes)).toBe(200);
    expect(await stagedKeys()).toEqual([`staging/users/${userId}/${direct.id}.upload`]);
    const { file, url } = await scope.images.completeDirectUpload(direct.id);
    expect(file).toMatchObject({
      kind: "image",
      contentType: "image/png",
      filename: png.name,
      byteSize: png.bytes.byteLength,
      sha256: sha256(png.bytes),
    });
    const response = await fetch(url);
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(sha256(new Uint8Array(await response.arrayBuffer()))).toBe(sha256(png.bytes));
    expect(await stagedKeys()).toEqual([]);
    expect((await scope.images.list()).items).toEqual([file]);
    expect(await scope.images.directUpload(direct.id)).toMatchObject({
      status: "completed",
      fileId: file.id,
    });
    await scope.images.delete(file.id);
  });

  it("has a type under a name that browsers have, and belongs to the system", async () => {
    const system = harness.store.forSystem();
    const direct = await system.audio.createDirectUpload(announced(mp3, "audio/mp3"));
    expect(await sendPut(direct.put, mp3.bytes)).toBe(200);
    const { file } = await system.audio.completeDirectUpload(direct.id);
    expect(file).toMatchObject({ userId: null, contentType: "audio/mpeg" });
    expect(sha256(await collect((await system.audio.download(file.id)).stream))).toBe(
      sha256(mp3.bytes),
    );
    await system.audio.delete(file.id);
  });

  it("takes its type from the content, not from what was announced", async () => {
    const direct = await scope.images.createDirectUpload(announced(png, "image/jpeg"));
    expect(await sendPut(direct.put, png.bytes)).toBe(200);
    const { file } = await scope.images.completeDirectUpload(direct.id);
    expect(file.contentType).toBe("image/png");
    expect((await harness.keys()).find((key) => key.includes(file.id))).toMatch(/\.png$/);
    await scope.images.delete(file.id);
  });

  it("goes in parts when it is large, in any order and again after a failure", async () => {
    const bytes = await collect(sizedMedia("wav", 17 * 1024 * 1024));
    const direct = await scope.audio.createDirectUpload({
      byteSize: bytes.byteLength,
      contentType: "audio/wav",
      sha256: sha256(bytes),
    });
    expect(direct).toMatchObject({ put: null, post: null });
    expect(direct.parts?.map(({ offset, byteSize }) => [offset, byteSize])).toEqual([
      [0, 8_388_608],
      [8_388_608, 8_388_608],
      [16_777_216, 1_048_576],
    ]);
    const [first, ...rest] = direct.parts ?? [];
    expect(await sendParts(rest, bytes)).toEqual(new Set([200]));
    expect(await sendPut(first ?? null, bytes.subarray(0, 100))).toBe(403);
    await expect(scope.audio.completeDirectUpload(direct.id)).rejects.toMatchObject({
      code: "direct_upload_incomplete",
      retryable: true,
      message: expect.stringMatching(/: 1\.$/),
    });
    expect(await sendParts(direct.parts, bytes)).toEqual(new Set([200]));
    const { file } = await scope.audio.completeDirectUpload(direct.id);
    expect(file).toMatchObject({ byteSize: bytes.byteLength, sha256: sha256(bytes) });
    expect(await stagedKeys()).toEqual([]);
    expect(await sendPut(first ?? null, bytes.subarray(0, first?.byteSize))).toBe(404);
    await scope.audio.delete(file.id);
  });

  it("is completed once by any number of calls, at once and one after another", async () => {
    const direct = await scope.images.createDirectUpload(announced(png, "image/png"));
    await sendPut(direct.put, png.bytes);
    const calls = Array.from({ length: 6 }, () => scope.images.completeDirectUpload(direct.id));
    const results = await Promise.all(calls);
    results.push(await scope.images.completeDirectUpload(direct.id.toUpperCase()));
    const [{ file } = { file: undefined }] = results;
    expect(results.map((result) => result.file)).toEqual(results.map(() => file));
    expect(await scope.images.count()).toBe(1);
    expect((await harness.keys()).filter((key) => key.startsWith("images/"))).toHaveLength(1);

    await scope.images.delete(file?.id ?? "");
    await expect(scope.images.completeDirectUpload(direct.id)).rejects.toMatchObject({
      code: "file_not_found",
    });
  });

  it("serves what was judged, whatever is sent to its URL afterwards", async () => {
    const direct = await scope.images.createDirectUpload(announced(png, "image/png"));
    await sendPut(direct.put, png.bytes);
    const { file, url } = await scope.images.completeDirectUpload(direct.id);
    const evil = Buffer.alloc(png.bytes.byteLength, "<script>");
    expect(await sendPut(direct.put, evil)).toBe(200);
    expect(await stagedKeys()).toHaveLength(1);
    const served = new Uint8Array(await (await fetch(url)).arrayBuffer());
    expect(sha256(served)).toBe(sha256(png.bytes));
    expect((await scope.images.completeDirectUpload(direct.id)).file).toEqual(file);

    await harness.maintenance.sweep();
    expect(await stagedKeys()).toHaveLength(1);
    await age();
    await harness.maintenance.sweep();
    expect(await stagedKeys()).toEqual([]);
    expect((await scope.images.get(file.id)).id).toBe(file.id);
    await expect(scope.images.directUpload(direct.id)).rejects.toMatchObject({
      code: "direct_upload_not_found",
    });
    await scope.images.delete(file.id);
  });
});

describe("S3 refuses a direct upload", () => {
  it("with another length, type or content than was announced, or a changed signature", async () => {
    const direct = await scope.images.createDirectUpload({
      ...announced(png, "image/png"),
      md5: md5(png.bytes),
    });
    const { put } = direct;
    const other = Buffer.alloc(png.bytes.byteLength, 1);
    const larger = Buffer.concat([png.bytes, Buffer.alloc(1)]);
    expect(await sendPut(put, png.bytes.subarray(1))).toBe(403);
    expect(await sendPut(put, larger)).toBe(403);
    expect(await sendPut(put, png.bytes, { "content-type": "text/html" })).toBe(403);
    expect(await sendPut(put, other)).toBe(400);
    expect(await sendPut(put, other, { "content-md5": md5(other) })).toBe(403);
    const url = put?.url.replace(/X-Amz-Expires=\d+/, "X-Amz-Expires=604800") ?? "";
    expect(await sendPut({ url, headers: put?.headers ?? {} }, png.bytes)).toBe(403);

    expect(await stagedKeys()).toEqual([]);
    await expect(scope.images.completeDirectUpload(direct.id)).rejects.toMatchObject({
      code: "direct_upload_incomplete",
    });
    await scope.images.cancelDirectUpload(direct.id);
  });

  it("once it has expired", async () => {
    const direct = await scope.images.createDirectUpload(announced(png, "image/png"), {
      expiresIn: 1,
    });
    expect(direct.expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
    await sleep(2_100);
    expect(await sendPut(direct.put, png.bytes)).toBe(403);
    expect(await stagedKeys()).toEqual([]);
    await scope.images.cancelDirectUpload(direct.id);
  });
});

describe("completion refuses", () => {
  it("a PNG that was staged as an MP3, for good, and the sweep leaves nothing of it", async () => {
    const direct = await scope.audio.createDirectUpload({
      filename: "song.mp3",
      byteSize: png.bytes.byteLength,
      contentType: "audio/mpeg",
    });
    expect(await sendPut(direct.put, png.bytes)).toBe(200);
    const refusal = { code: "unsupported_media_type" };
    await expect(scope.audio.completeDirectUpload(direct.id)).rejects.toMatchObject(refusal);
    expect(await stagedKeys()).toEqual([]);
    expect(await sendPut(direct.put, png.bytes)).toBe(200);
    await expect(scope.audio.completeDirectUpload(direct.id)).rejects.toMatchObject(refusal);
    expect(await scope.audio.directUpload(direct.id)).toMatchObject({
      status: "refused",
      fileId: null,
      refusal: { code: "unsupported_media_type", message: expect.stringContaining("image/png") },
    });
    expect(await scope.audio.count()).toBe(0);

    await age();
    await harness.maintenance.sweep();
    expect(await stagedKeys()).toEqual([]);
    expect((await harness.rows()).map(({ state }) => state)).not.toContain("upload");
  });

  it("bytes of another digest, and broken media", async () => {
    const broken = Buffer.from(png.bytes);
    broken.fill(0, 20);
    for (const [bytes, digests, code] of [
      [png.bytes, { sha256: sha256(mp3.bytes) }, "checksum_mismatch"],
      [broken, {}, "invalid_media"],
    ] as const) {
      const input = { ...announced(png, "image/png"), ...digests };
      const direct = await scope.images.createDirectUpload(input);
      expect(await sendPut(direct.put, bytes)).toBe(200);
      await expect(scope.images.completeDirectUpload(direct.id)).rejects.toMatchObject({ code });
      await expect(scope.images.completeDirectUpload(direct.id)).rejects.toMatchObject({ code });
    }
    expect(await scope.images.count()).toBe(0);
    expect(await stagedKeys()).toEqual([]);
  });

  it("what belongs to another scope or collection, was cancelled or has expired", async () => {
    const direct = await scope.images.createDirectUpload(announced(png, "image/png"));
    await sendPut(direct.put, png.bytes);
    const stranger = harness.store.forUser(await harness.addUser());
    const notFound = { code: "direct_upload_not_found" };
    for (const foreign of [stranger.images, harness.store.forSystem().images, scope.audio]) {
      await expect(foreign.completeDirectUpload(direct.id)).rejects.toMatchObject(notFound);
      await expect(foreign.directUpload(direct.id)).rejects.toMatchObject(notFound);
      await expect(foreign.cancelDirectUpload(direct.id)).rejects.toMatchObject(notFound);
    }
    await expect(scope.images.completeDirectUpload("nonsense")).rejects.toMatchObject(notFound);

    await scope.images.cancelDirectUpload(direct.id);
    await scope.images.cancelDirectUpload(direct.id);
    const expired = { code: "direct_upload_expired" };
    await expect(scope.images.completeDirectUpload(direct.id)).rejects.toMatchObject(expired);
    expect(await stagedKeys()).toEqual([]);

    const late = await scope.images.createDirectUpload(announced(png, "image/png"));
    await sendPut(late.put, png.bytes);
    await age();
    await expect(scope.images.completeDirectUpload(late.id)).rejects.toMatchObject(expired);
    expect(await scope.images.directUpload(late.id)).toMatchObject({ status: "expired" });
    await harness.maintenance.sweep();
    expect(await stagedKeys()).toEqual([]);
  });

  it.each([
    ["nothing", {}, "invalid_input"],
    ["an unknown property", { byteSize: 1, contentType: "image/png", key: "x" }, "invalid_input"],
    ["no size", { byteSize: 0, contentType: "image/png" }, "invalid_input"],
    ["a bad digest", { byteSize: 1, contentType: "image/png", md5: "abc" }, "invalid_input"],
    ["too much", { byteSize: 104_857_601, contentType: "image/png" }, "file_too_large"],
    ["a document", { byteSize: 1, contentType: "text/html" }, "unsupported_media_type"],
    ["a sound as an image", { byteSize: 1, contentType: "audio/wav" }, "unsupported_media_type"],
  ])("to begin with %s", async (_name, input, code) => {
    await expect(scope.images.createDirectUpload(input as never)).rejects.toMatchObject({ code });
  });

  it.each([0, 86_401, 1.5, "60"])("to begin for %p seconds", async (expiresIn) => {
    const options = { expiresIn: expiresIn as number };
    await expect(
      scope.images.createDirectUpload(announced(png, "image/png"), options),
    ).rejects.toMatchObject({ code: "invalid_input" });
  });
});

describe("inside a caller's transaction", () => {
  it("the file is there with the commit, and the upload can be completed again after a rollback", async () => {
    const direct = await scope.images.createDirectUpload(announced(png, "image/png"));
    await sendPut(direct.put, png.bytes);
    const rolledBack = await harness.database.transaction();
    await scope.images.completeDirectUpload(direct.id, { transaction: rolledBack });
    await rolledBack.rollback();
    expect(await scope.images.count()).toBe(0);
    expect((await harness.keys()).filter((key) => key.startsWith("images/"))).toEqual([]);
    expect(await scope.images.directUpload(direct.id)).toMatchObject({ status: "open" });

    const committed = await harness.database.transaction();
    const { file } = await scope.images.completeDirectUpload(direct.id, { transaction: committed });
    expect(await scope.images.count()).toBe(0);
    expect(await stagedKeys()).toHaveLength(1);
    await committed.commit();
    expect((await scope.images.get(file.id)).id).toBe(file.id);
    expect(await stagedKeys()).toEqual([]);
    await scope.images.delete(file.id);
  });
});
