import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import {
  S3InvalidRequestError,
  S3NotFoundError,
  S3TimeoutError,
  S3UnavailableError,
} from "@repo/s3-provider";
import { sizedMedia } from "@repo/sample-media";

import type { MediaScope } from "../../src/provider.js";
import { collect, sha256 } from "../support/bytes.js";
import { FakeStorage } from "../support/fake-storage.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";

const PART = 8 * 1024 * 1024;

let harness: Harness;
let storage: FakeStorage;
let scope: MediaScope;
let userId: string;

beforeAll(async () => {
  harness = await openHarness();
  userId = await harness.addUser();
});

beforeEach(async () => {
  await harness.database.query("DELETE FROM images");
  await harness.database.query("DELETE FROM audio");
  storage = new FakeStorage();
  scope = harness.storeWith({ s3: storage }).forUser(userId);
});

afterAll(async () => {
  await harness.close();
});

const refused = { operation: "put", reason: "connection refused", retryable: true } as const;

describe("the workflow of an upload", () => {
  it("records its intent before a byte goes to S3, and is visible only at the end", async () => {
    const seen: unknown[] = [];
    storage.during("put", async () => {
      seen.push(...(await harness.rows()), await scope.images.list());
    });
    const { file } = await scope.images.upload({ body: (await sampleOf("png")).bytes });

    const s3Key = `images/users/${userId}/${file.id}.png`;
    expect(seen).toEqual([
      { id: file.id, status: "pending", s3_key: s3Key },
      { items: [], nextCursor: null },
    ]);
    expect(storage.calls).toEqual([
      { operation: "put", key: s3Key },
      { operation: "presignGet", key: s3Key },
    ]);
    expect(await harness.rows()).toEqual([{ id: file.id, status: "ready", s3_key: s3Key }]);
  });

  it("asks S3 nothing when the content is refused", async () => {
    await expect(scope.images.upload({ body: Buffer.from("text") })).rejects.toMatchObject({
      code: "unsupported_media_type",
    });
    await expect(scope.images.upload({ body: Buffer.alloc(0) })).rejects.toMatchObject({
      code: "empty_file",
    });
    expect(storage.calls).toEqual([]);
  });

  it("removes its row when S3 certainly stored nothing", async () => {
    storage.failOn("put", new S3UnavailableError({ ...refused, outcome: "not_applied" }));
    await expect(
      scope.images.upload({ body: (await sampleOf("png")).bytes }),
    ).rejects.toMatchObject({ code: "storage_unavailable", retryable: true });
    expect(storage.operations()).toEqual(["put"]);
    expect(await harness.rows()).toEqual([]);
  });

  it("keeps a tombstone when S3 may store the object later", async () => {
    storage.failOn(
      "put",
      new S3TimeoutError({
        operation: "put",
        reason: "no answer",
        outcome: "unknown",
        retryable: true,
      }),
    );
    await expect(
      scope.images.upload({ body: (await sampleOf("png")).bytes }),
    ).rejects.toMatchObject({ code: "storage_unavailable" });
    expect(storage.operations()).toEqual(["put", "delete"]);
    expect(await harness.rows()).toMatchObject([{ status: "deleting" }]);
  });

  it("reports a refusal of S3 as not retryable", async () => {
    storage.failOn(
      "put",
      new S3InvalidRequestError({
        operation: "put",
        reason: "bad request",
        outcome: "not_applied",
      }),
    );
    await expect(
      scope.images.upload({ body: (await sampleOf("png")).bytes }),
    ).rejects.toMatchObject({ code: "storage_error", retryable: false });
  });
});

describe("a large body of unknown length", () => {
  it("goes in parts and becomes an object after its verdict only", async () => {
    const media = await collect(sizedMedia("wav", 2 * PART + 1000));
    const { file } = await scope.audio.upload({ body: chunked(media) });
    expect(storage.operations()).toEqual([
      "createMultipartUpload",
      "uploadPart",
      "uploadPart",
      "uploadPart",
      "completeMultipartUpload",
      "presignGet",
    ]);
    expect(sha256([...storage.objects.values()][0] ?? Buffer.alloc(0))).toBe(file.sha256);
  });

  it("of exactly one part goes as one object", async () => {
    await scope.audio.upload({ body: chunked(await collect(sizedMedia("wav", PART))) });
    expect(storage.operations()).toEqual(["put", "presignGet"]);
  });

  it("is aborted when it is refused at its end", async () => {
    const media = await collect(sizedMedia("wav", 2 * PART));
    const limited = harness.storeWith({ s3: storage, maxBytes: 2 * PART - 1 }).forUser(userId);
    await expect(limited.audio.upload({ body: chunked(media) })).rejects.toMatchObject({
      code: "file_too_large",
    });
    expect(storage.operations()).not.toContain("completeMultipartUpload");
    expect(storage.operations().at(-1)).toBe("abortMultipartUpload");
    expect(storage.objects.size).toBe(0);
    expect(await harness.rows()).toEqual([]);
  });

  it("leaves a tombstone when its parts cannot be discarded", async () => {
    const failure = new S3UnavailableError({ ...refused, outcome: "not_applied" });
    storage.failOn("uploadPart", failure);
    storage.failOn("abortMultipartUpload", failure);
    const media = await collect(sizedMedia("wav", 2 * PART));
    await expect(scope.audio.upload({ body: chunked(media) })).rejects.toMatchObject({
      code: "storage_unavailable",
    });
    expect(await harness.rows()).toMatchObject([{ status: "deleting" }]);
  });
});

describe("a large body of known length", () => {
  it("is cut before its last byte when it is refused at its end", async () => {
    const media = await collect(sizedMedia("m4a", 12_000_000, { moov: "end" }));
    const cut = new Uint8Array(media.subarray(0, 11_000_000));
    await expect(scope.audio.upload({ body: cut })).rejects.toMatchObject({
      code: "invalid_media",
    });
    expect(storage.receivedBytes).toBeGreaterThan(0);
    expect(storage.receivedBytes).toBeLessThan(cut.byteLength);
    expect(await harness.rows()).toEqual([]);
  });
});

describe("an abort", () => {
  it("after the bytes were sent still leaves nothing", async () => {
    const controller = new AbortController();
    storage.during("put", () => {
      controller.abort();
      return Promise.resolve();
    });
    await expect(
      scope.images.upload({ body: (await sampleOf("png")).bytes }, { signal: controller.signal }),
    ).rejects.toMatchObject({ code: "upload_aborted" });
    expect(storage.objects.size).toBe(0);
    expect(await harness.rows()).toMatchObject([{ status: "deleting" }]);
  });
});

describe("a download", () => {
  const missing = new S3NotFoundError({
    operation: "get",
    reason: "NoSuchKey",
    outcome: "not_applied",
  });

  it("of a file that is deleted meanwhile finds no file", async () => {
    const { file } = await scope.images.upload({ body: (await sampleOf("png")).bytes });
    storage.during("get", () => scope.images.delete(file.id));
    storage.failOn("get", missing);
    await expect(scope.images.download(file.id)).rejects.toMatchObject({ code: "file_not_found" });
  });

  it("of a file whose bytes are missing says so", async () => {
    const { file } = await scope.images.upload({ body: (await sampleOf("png")).bytes });
    storage.failOn("get", missing);
    await expect(scope.images.download(file.id)).rejects.toMatchObject({ code: "storage_error" });
  });
});

describe("the workflow of a deletion", () => {
  it("hides the file before its object goes, and removes the row last", async () => {
    const { file } = await scope.images.upload({ body: (await sampleOf("png")).bytes });
    const seen: unknown[] = [];
    storage.during("delete", async () => {
      seen.push(...(await harness.rows()), await scope.images.exists(file.id));
    });
    await scope.images.delete(file.id);
    expect(seen).toEqual([expect.objectContaining({ id: file.id, status: "deleting" }), false]);
    expect(await harness.rows()).toEqual([]);
  });

  it("can be repeated after S3 failed, and then finishes", async () => {
    const { file } = await scope.images.upload({ body: (await sampleOf("png")).bytes });
    storage.failOn(
      "delete",
      new S3UnavailableError({ ...refused, operation: "delete", outcome: "not_applied" }),
    );
    await expect(scope.images.delete(file.id)).rejects.toMatchObject({
      code: "storage_unavailable",
      retryable: true,
    });
    await expect(scope.images.get(file.id)).rejects.toMatchObject({ code: "file_not_found" });

    storage.recover();
    await scope.images.delete(file.id);
    expect(storage.objects.size).toBe(0);
    expect(await harness.rows()).toEqual([]);
    await expect(scope.images.delete(file.id)).rejects.toMatchObject({ code: "file_not_found" });
  });
});

describe("signed URLs", () => {
  it("carry the detected type and ask S3 nothing", async () => {
    const { file, url } = await scope.images.upload({
      body: (await sampleOf("png")).bytes,
      filename: "not-a.html",
    });
    expect(new URL(url).searchParams.get("type")).toBe("image/png");
    expect(new URL(url).searchParams.get("disposition")).toBe(`inline; filename="not-a.html"`);
    expect(file.contentType).toBe("image/png");
  });

  it("offer the key's last part as name when the file has none", async () => {
    const { file, url } = await scope.images.upload({ body: (await sampleOf("gif")).bytes });
    expect(new URL(url).searchParams.get("disposition")).toBe(`inline; filename="${file.id}.gif"`);
  });
});

async function* chunked(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += 1_000_003) {
    yield await Promise.resolve(bytes.subarray(start, start + 1_000_003));
  }
}
