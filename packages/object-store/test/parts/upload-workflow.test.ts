import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import {
  type PutInput,
  type S3Error,
  S3InvalidRequestError,
  S3NotFoundError,
  type S3Operation,
  S3TimeoutError,
  S3UnavailableError,
} from "@repo/s3-provider";
import { sizedMedia } from "@repo/sample-media";

import type { MediaScope } from "../../src/provider.js";
import { injectFaults, MemoryStorage, type StorageFaults } from "../../src/testing.js";
import { collect, sha256 } from "../support/bytes.js";
import { expectNothingStored } from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { storedIn } from "../support/stored.js";

const PART = 5 * 1024 * 1024;

let harness: Harness;
let memory: MemoryStorage;
let storage: MemoryStorage;
let faults: StorageFaults;
let scope: MediaScope;
let userId: string;

beforeAll(async () => {
  harness = await openHarness();
  userId = await harness.addUser();
});

beforeEach(async () => {
  await harness.database.query("DELETE FROM images");
  await harness.database.query("DELETE FROM audio");
  await harness.database.query("DELETE FROM object_store_journal");
  memory = new MemoryStorage();
  ({ storage, faults } = injectFaults(memory));
  scope = harness.storeWith({ s3: storage }).forUser(userId);
});

afterAll(async () => {
  await harness.close();
});

/** What the tests' store keeps, whose bucket is in memory. */
const inMemory = (s3: MemoryStorage = memory) => ({
  stored: () => storedIn({ ...harness, s3 }),
});

function failOn(operation: S3Operation, error: S3Error): void {
  faults.add({ match: operation, fault: { type: "error", error } });
}

/** Runs while the operation is under way. */
function interleave(operation: S3Operation, run: () => Promise<void> | void): void {
  faults.add({ match: operation, fault: { type: "interleave", run } });
}

/** Counts the bytes of streamed bodies. */
class CountingStorage extends MemoryStorage {
  receivedBytes = 0;

  override put(input: PutInput): Promise<{ etag: string }> {
    const { body } = input;
    if (body instanceof Uint8Array) return super.put(input);
    const counted = body.map((chunk: Uint8Array) => {
      this.receivedBytes += chunk.byteLength;
      return chunk;
    });
    return super.put({ ...input, body: counted });
  }
}

const refused = { operation: "put", reason: "connection refused", retryable: true } as const;

describe("the workflow of an upload", () => {
  it("records its intent before a byte goes to S3, and is visible only at the end", async () => {
    const seen: unknown[] = [];
    interleave("put", async () => {
      seen.push(...(await harness.rows()), await scope.images.list());
    });
    const { file } = await scope.images.upload({ body: (await sampleOf("png")).bytes });

    const s3Key = `images/users/${userId}/${file.id}.png`;
    expect(seen).toEqual([
      { id: file.id, state: "upload", s3_key: s3Key },
      expect.objectContaining({ items: [], nextCursor: null }),
    ]);
    expect(faults.calls).toEqual([
      { operation: "put", keys: [s3Key], number: 1 },
      { operation: "presignGet", keys: [s3Key], number: 1 },
    ]);
    expect(await harness.rows()).toEqual([{ id: file.id, state: "file", s3_key: s3Key }]);
  });

  it("asks S3 nothing when the content is refused", async () => {
    await expect(scope.images.upload({ body: Buffer.from("text") })).rejects.toMatchObject({
      code: "unsupported_media_type",
    });
    await expect(scope.images.upload({ body: Buffer.alloc(0) })).rejects.toMatchObject({
      code: "empty_file",
    });
    expect(faults.calls).toEqual([]);
  });

  it("removes its row when S3 certainly stored nothing", async () => {
    failOn("put", new S3UnavailableError({ ...refused, outcome: "not_applied" }));
    const { bytes: body } = await sampleOf("png");
    const refusal = await expectNothingStored(inMemory(), () => scope.images.upload({ body }));
    expect(refusal).toMatchObject({ code: "storage_unavailable", retryable: true });
    expect(faults.operations).toEqual(["put"]);
  });

  it("keeps a tombstone when S3 may store the object later", async () => {
    failOn(
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
    expect(faults.operations).toEqual(["put", "delete"]);
    expect(await harness.rows()).toMatchObject([{ state: "removal" }]);
  });

  it("reports a refusal of S3 as not retryable", async () => {
    failOn(
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
    expect(faults.operations).toEqual([
      "createMultipartUpload",
      "uploadPart",
      "uploadPart",
      "uploadPart",
      "completeMultipartUpload",
      "presignGet",
    ]);
    const { body } = await memory.get(memory.keys[0] ?? "");
    expect(sha256(await collect(body))).toBe(file.sha256);
  });

  it("of exactly one part goes as one object", async () => {
    await scope.audio.upload({ body: chunked(await collect(sizedMedia("wav", PART))) });
    expect(faults.operations).toEqual(["put", "presignGet"]);
  });

  it("is aborted when it is refused at its end", async () => {
    const media = await collect(sizedMedia("wav", 2 * PART));
    const limited = harness.storeWith({ s3: storage, maxBytes: 2 * PART - 1 }).forUser(userId);
    const { code } = await expectNothingStored(inMemory(), () =>
      limited.audio.upload({ body: chunked(media) }),
    );
    expect(code).toBe("file_too_large");
    expect(faults.operations).not.toContain("completeMultipartUpload");
    expect(faults.operations.at(-1)).toBe("abortMultipartUpload");
  });

  it("leaves a tombstone when its parts cannot be discarded", async () => {
    const failure = new S3UnavailableError({ ...refused, outcome: "not_applied" });
    failOn("uploadPart", failure);
    failOn("abortMultipartUpload", failure);
    const media = await collect(sizedMedia("wav", 2 * PART));
    await expect(scope.audio.upload({ body: chunked(media) })).rejects.toMatchObject({
      code: "storage_unavailable",
    });
    expect(await harness.rows()).toMatchObject([{ state: "removal" }]);
  });
});

describe("a large body of known length", () => {
  it("is cut before its last byte when it is refused at its end", async () => {
    const media = await collect(sizedMedia("m4a", 12_000_000, { moov: "end" }));
    const cut = new Uint8Array(media.subarray(0, 11_000_000));
    const counting = new CountingStorage();
    const counted = harness.storeWith({ s3: counting }).forUser(userId);
    const { code } = await expectNothingStored(inMemory(counting), () =>
      counted.audio.upload({ body: cut }),
    );
    expect(code).toBe("invalid_media");
    expect(counting.receivedBytes).toBeGreaterThan(0);
    expect(counting.receivedBytes).toBeLessThan(cut.byteLength);
  });
});

describe("an abort", () => {
  it("after the bytes were sent still leaves nothing", async () => {
    const controller = new AbortController();
    const aborting = new (class extends MemoryStorage {
      override async put(input: PutInput) {
        const stored = await super.put(input);
        controller.abort();
        return stored;
      }
    })();
    const { images } = harness.storeWith({ s3: aborting }).forUser(userId);
    const { bytes: body } = await sampleOf("png");
    const { code } = await expectNothingStored(inMemory(aborting), () =>
      images.upload({ body }, { signal: controller.signal }),
    );
    expect(code).toBe("upload_aborted");
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
    interleave("get", () => scope.images.delete(file.id));
    failOn("get", missing);
    await expect(scope.images.download(file.id)).rejects.toMatchObject({ code: "file_not_found" });
  });

  it("of a file whose bytes are missing says so", async () => {
    const { file } = await scope.images.upload({ body: (await sampleOf("png")).bytes });
    failOn("get", missing);
    await expect(scope.images.download(file.id)).rejects.toMatchObject({ code: "storage_error" });
  });
});

describe("the workflow of a deletion", () => {
  it("hides the file before its object goes, and removes the row last", async () => {
    const { file } = await scope.images.upload({ body: (await sampleOf("png")).bytes });
    const seen: unknown[] = [];
    interleave("delete", async () => {
      seen.push(...(await harness.rows()), await scope.images.exists(file.id));
    });
    await scope.images.delete(file.id);
    expect(seen).toEqual([expect.objectContaining({ id: file.id, state: "removal" }), false]);
    expect(await harness.rows()).toEqual([]);
  });

  it("can be repeated after S3 failed, and then finishes", async () => {
    const { file } = await scope.images.upload({ body: (await sampleOf("png")).bytes });
    failOn(
      "delete",
      new S3UnavailableError({ ...refused, operation: "delete", outcome: "not_applied" }),
    );
    await expect(scope.images.delete(file.id)).rejects.toMatchObject({
      code: "storage_unavailable",
      retryable: true,
    });
    await expect(scope.images.get(file.id)).rejects.toMatchObject({ code: "file_not_found" });

    faults.clear();
    await scope.images.delete(file.id);
    expect(memory.keys).toEqual([]);
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
    expect(new URL(url).searchParams.get("response-content-type")).toBe("image/png");
    expect(new URL(url).searchParams.get("response-content-disposition")).toBe(
      `inline; filename="not-a.html"`,
    );
    expect(file.contentType).toBe("image/png");
  });

  it("offer the key's last part as name when the file has none", async () => {
    const { file, url } = await scope.images.upload({ body: (await sampleOf("gif")).bytes });
    expect(new URL(url).searchParams.get("response-content-disposition")).toBe(
      `inline; filename="${file.id}.gif"`,
    );
  });
});

async function* chunked(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += 1_000_003) {
    yield await Promise.resolve(bytes.subarray(start, start + 1_000_003));
  }
}
