import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";

import { DatabaseUnavailableError } from "../../src/errors.js";
import { safeLogger } from "../../src/logger.js";
import { ImageRepo, type StoredImageFacts } from "../../src/repo/image-repo.js";
import { modelsFor } from "../../src/repo/models-for.js";
import { SqlFileTable } from "../../src/repo/sql-file-table.js";
import { MemoryStorage } from "../../src/testing.js";
import { PendingUpload } from "../../src/upload/pending-upload.js";
import { type Harness, openHarness } from "../support/harness.js";

const FACTS: StoredImageFacts = {
  byteSize: 5,
  sha256: Buffer.alloc(32),
  width: 1,
  height: 1,
  orientation: 1,
  pageCount: 1,
  hasAlpha: false,
};

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(async () => {
  await harness.close();
});

/** Loses the connection while the upload is completed. */
class LossyRepo extends ImageRepo {
  loses: "the answer" | "the statement" = "the statement";

  override async markReady(...parameters: Parameters<ImageRepo["markReady"]>): Promise<never> {
    if (this.loses === "the answer") await super.markReady(...parameters);
    throw new DatabaseUnavailableError("the connection broke");
  }
}

async function pendingUpload(loses: LossyRepo["loses"]) {
  const repo = new LossyRepo(new SqlFileTable(modelsFor(harness.database).image));
  repo.loses = loses;
  const id = uuidv7();
  const row = await repo.create(
    {
      id,
      userId: null,
      s3Key: `images/system/${id}.png`,
      originalFilename: null,
      contentType: "image/png",
    },
    60,
  );
  const storage = new MemoryStorage();
  const body = Buffer.from("bytes");
  await storage.put({ key: row.s3Key, body, byteLength: 5, contentType: "image/png" });
  const parts = { repo, s3: storage, logger: safeLogger(undefined), leaseSeconds: 60 };
  return { id, storage, upload: new PendingUpload(parts, row) };
}

describe("an upload that loses the database while it completes", () => {
  it("succeeds when only the answer was lost", async () => {
    const { id, storage, upload } = await pendingUpload("the answer");
    expect(await upload.complete(FACTS, {})).toMatchObject({ id, status: "ready" });
    expect(storage.keys).toHaveLength(1);
  });

  it("undoes itself when the statement was lost", async () => {
    const { id, storage, upload } = await pendingUpload("the statement");
    await expect(upload.complete(FACTS, {})).rejects.toMatchObject({
      code: "database_unavailable",
    });
    expect(storage.keys).toEqual([]);
    expect((await harness.rows()).find((row) => row.id === id)).toMatchObject({
      status: "deleting",
    });
  });
});
