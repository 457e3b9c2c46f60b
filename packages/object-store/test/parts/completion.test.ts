import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { DatabaseUnavailableError } from "../../src/errors.js";
import { safeLogger } from "../../src/logger.js";
import { tablesIn } from "../../src/persistence.js";
import { AudioRepo } from "../../src/repo/audio-repo.js";
import { ImageRepo } from "../../src/repo/image-repo.js";
import { JournalRepo } from "../../src/repo/journal-repo.js";
import { OwnerRepo } from "../../src/repo/owner-repo.js";
import { makeFile } from "../../src/service/completion.js";
import { OpenCalls } from "../../src/service/open-calls.js";
import { TransactionEnds } from "../../src/service/transaction-ends.js";
import { MemoryStorage } from "../../src/testing.js";
import { PendingUpload } from "../../src/upload/pending-upload.js";
import { type Harness, openHarness } from "../support/harness.js";

const VALUES = {
  originalFilename: null,
  contentType: "image/png",
  byteSize: 5,
  sha256: Buffer.alloc(32),
  metadata: {},
  privacy: "keep",
  removed: [],
  width: 1,
  height: 1,
  orientation: 1,
  pageCount: 1,
  hasAlpha: false,
  complete: true,
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

  override async create(...parameters: Parameters<ImageRepo["create"]>): Promise<never> {
    if (this.loses === "the answer") await super.create(...parameters);
    throw new DatabaseUnavailableError("the connection broke");
  }
}

async function pendingUpload(loses: LossyRepo["loses"]) {
  const tables = tablesIn(harness.database, {});
  const repo = new LossyRepo(tables);
  repo.loses = loses;
  const journal = new JournalRepo(tables, new OwnerRepo(tables));
  const row = await journal.open({
    kind: "image",
    userId: null,
    keyStart: "images/system/",
    keyEnd: ".png",
    leaseSeconds: 60,
    isOwnerKnown: false,
  });
  const s3 = new MemoryStorage();
  const body = Buffer.from("bytes");
  await s3.put({ key: row.s3Key, body, byteLength: 5, contentType: "image/png" });
  const logger = safeLogger(undefined);
  const tools = { journal, s3, logger, calls: new OpenCalls(), leaseSeconds: 60 };
  const upload = new PendingUpload(tools, row);
  const complete = () =>
    makeFile(
      {
        dependencies: {
          ends: new TransactionEnds(tools),
          files: { image: repo, audio: new AudioRepo(tables) },
        },
        owner: null,
        kind: "image",
      },
      { upload, values: VALUES },
      {},
    );
  return { id: row.id, s3, complete };
}

describe("an upload that loses the database while it completes", () => {
  it("succeeds when only the answer was lost", async () => {
    const { id, s3, complete } = await pendingUpload("the answer");
    expect(await complete()).toMatchObject({ id });
    expect(s3.keys).toHaveLength(1);
  });

  it("undoes itself when the statement was lost", async () => {
    const { id, s3, complete } = await pendingUpload("the statement");
    await expect(complete()).rejects.toMatchObject({ code: "database_unavailable" });
    expect(s3.keys).toEqual([]);
    expect((await harness.rows()).map((row) => row.id)).not.toContain(id);
  });
});
