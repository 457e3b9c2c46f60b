import { beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { S3UnavailableError } from "@repo/s3-provider";
import { sizedMedia } from "@repo/sample-media";

import type { DirectUpload, MediaScope } from "../../src/index.js";
import type { StorageClient } from "../../src/testing.js";
import { collect, pieces, sha256 } from "../support/bytes.js";
import { sendParts } from "../support/direct-http.js";
import { faultyS3 } from "../support/faulty-s3.js";
import { storageWith } from "../support/storage-with.js";

const { harness, faults } = faultyS3();

/** Of more than one part, whichever way it comes. */
const BYTES = 9_000_000;

let media: Buffer;
let userId: string;
let scope: MediaScope;

beforeAll(async () => {
  media = await collect(sizedMedia("wav", BYTES));
});

beforeEach(async () => {
  userId = await harness().addUser();
  scope = harness().store.forUser(userId);
});

/** Completions take effect, and their answers are lost. The server says NoSuchUpload to the next. */
function loseAnswers(times: number): void {
  faults().add({
    match: ({ operation }) => operation === "CompleteMultipartUpload",
    times,
    fault: { type: "loseResponse" },
  });
}

function scopeOver(methods: Partial<StorageClient>): MediaScope {
  return harness()
    .storeWith({ s3: storageWith(harness().s3, methods) })
    .forUser(userId);
}

/** Drops the upload instead of completing it, does something else, and answers nothing. */
function lost(instead: (key: string) => Promise<unknown>): Partial<StorageClient> {
  return {
    async completeMultipartUpload(upload) {
      await harness().s3.abortMultipartUpload(upload);
      await instead(upload.key);
      const operation = "completeMultipartUpload";
      throw new S3UnavailableError({ operation, outcome: "unknown", reason: "no answer" });
    },
  };
}

async function putOther(key: string): Promise<void> {
  const body = Buffer.alloc(BYTES, "other");
  await harness().s3.put({ key, body, byteLength: BYTES, contentType: "audio/wav" });
}

/** As of an object that is encrypted: no MD5s. */
const OPAQUE_ETAGS: Partial<StorageClient> = {
  head: async (...call) => ({ ...(await harness().s3.head(...call)), etag: '"opaque"' }),
};

const UNAVAILABLE = { code: "storage_unavailable", retryable: true };

describe("an upload in parts", () => {
  async function expectFile(uploader: MediaScope): Promise<void> {
    const { file } = await uploader.audio.upload({ body: pieces(media, 100_000) });
    const { stream } = await scope.audio.download(file.id);
    expect(sha256(await collect(stream))).toBe(sha256(media));
    await scope.audio.delete(file.id);
  }

  async function expectNothing(uploader: MediaScope): Promise<void> {
    const upload = uploader.audio.upload({ body: pieces(media, 100_000) });
    await expect(upload).rejects.toMatchObject(UNAVAILABLE);
    expect(await scope.audio.count()).toBe(0);
    expect(await harness().keys()).toEqual([]);
  }

  it("is a file when its completion had no answer and is over when it is repeated", async () => {
    loseAnswers(1);
    await expectFile(scope);
  });

  it("is a file when none of its completions had an answer", async () => {
    loseAnswers(3);
    await expectFile(scope);
  });

  it("is a file by its bytes where the ETag of the object proves nothing", async () => {
    loseAnswers(1);
    await expectFile(scopeOver(OPAQUE_ETAGS));
  });

  it("is no file when another object of its size is there", async () => {
    await expectNothing(scopeOver(lost(putOther)));
    await expectNothing(scopeOver({ ...lost(putOther), ...OPAQUE_ETAGS }));
  });

  it("is no file when there is no object", async () => {
    await expectNothing(scopeOver(lost(() => Promise.resolve())));
  });

  it("is a file when the answer does not name the object that is there", async () => {
    await expectFile(
      scopeOver({
        completeMultipartUpload: async (...call) => {
          await harness().s3.completeMultipartUpload(...call);
          return { etag: undefined };
        },
      }),
    );
  });

  it("is no file when the answer names no object and there is none", async () => {
    await expectNothing(
      scopeOver({
        completeMultipartUpload: async (upload) => {
          await harness().s3.abortMultipartUpload(upload);
          return { etag: undefined };
        },
      }),
    );
  });
});

describe("a direct upload in parts", () => {
  let direct: DirectUpload;

  beforeEach(async () => {
    direct = await scope.audio.createDirectUpload(
      { byteSize: BYTES, contentType: "audio/wav" },
      { multipart: true },
    );
    expect(await sendParts(direct.parts, media)).toEqual(new Set([200]));
  });

  it.each([1, 3])("is a file when %i answers to its assembly were lost", async (times) => {
    loseAnswers(times);
    const { file } = await scope.audio.completeDirectUpload(direct.id);
    expect(file.sha256).toBe(sha256(media));
    await scope.audio.delete(file.id);
  });

  it("is refused when what is there in place of its parts is no such file", async () => {
    await expect(
      scopeOver(lost(putOther)).audio.completeDirectUpload(direct.id),
    ).rejects.toMatchObject({ code: "unsupported_media_type" });
    expect(await harness().keys()).toEqual([]);
  });

  it("can be completed later when nothing is there", async () => {
    const failing = scopeOver({
      completeMultipartUpload() {
        const operation = "completeMultipartUpload";
        const error = { operation, outcome: "unknown", reason: "no answer" } as const;
        return Promise.reject(new S3UnavailableError(error));
      },
    });
    await expect(failing.audio.completeDirectUpload(direct.id)).rejects.toMatchObject(UNAVAILABLE);
    const { file } = await scope.audio.completeDirectUpload(direct.id);
    await scope.audio.delete(file.id);
  });
});
