import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";

import { ImageModel } from "../../src/models/image.model.js";
import { ImageRepo, type StoredImageFacts } from "../../src/repo/image-repo.js";
import { modelsFor } from "../../src/repo/models-for.js";
import { SqlFileTable } from "../../src/repo/sql-file-table.js";
import { type Harness, openHarness } from "../support/harness.js";

const FACTS: StoredImageFacts = {
  byteSize: 10,
  sha256: Buffer.alloc(32, 1),
  width: 3,
  height: 2,
  orientation: 1,
  pageCount: 1,
  hasAlpha: false,
};

let harness: Harness;
let repo: ImageRepo;
let userId: string;
let id: string;

beforeAll(async () => {
  harness = await openHarness();
  repo = new ImageRepo(new SqlFileTable(modelsFor(harness.database).image));
  userId = await harness.addUser();
});

beforeEach(async () => {
  id = uuidv7();
  await repo.create(
    {
      id,
      userId,
      s3Key: `images/users/${userId}/${id}.png`,
      originalFilename: null,
      contentType: "image/png",
    },
    60,
  );
});

afterAll(async () => {
  await harness.close();
});

describe("a repo", () => {
  it("gives model instances", async () => {
    const ready = await repo.markReady(id, FACTS, {});
    expect(ready).toBeInstanceOf(ImageModel);
    expect(ready).toMatchObject({ id, status: "ready", leaseExpiresAt: null, width: 3 });
    expect(await repo.findById(id)).toBeInstanceOf(ImageModel);
    expect((await repo.findAllVisible([id], userId))[0]).toBeInstanceOf(ImageModel);
  });

  it("finds ready files only", async () => {
    expect(await repo.findById(id)).toBeNull();
    expect(await repo.findVisible(id, userId)).toBeNull();
    expect(await repo.exists(id, userId)).toBe(false);
    await repo.markReady(id, FACTS, {});
    expect(await repo.exists(id, userId)).toBe(true);
    expect(await repo.exists(id, await harness.addUser())).toBe(false);
    expect(await repo.exists(id, null)).toBe(false);
  });

  it("neither commits nor rolls back the caller's transaction", async () => {
    const transaction = await harness.database.transaction();
    expect(await repo.markReady(id, FACTS, { transaction })).not.toBeNull();
    expect(await repo.findById(id)).toBeNull();
    await transaction.rollback();
    expect(await repo.findById(id)).toBeNull();
    expect((await repo.markReady(id, FACTS, {}))?.status).toBe("ready");
  });

  it("lets one of many racing transitions win", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => repo.markReady(id, FACTS, {})),
    );
    expect(outcomes.filter((row) => row !== null)).toHaveLength(1);
  });

  it("gives up what is pending and nothing else", async () => {
    await repo.markReady(id, FACTS, {});
    expect(await repo.giveUpPending(id, 60)).toBeNull();
    expect(await repo.renewLease(id, 60)).toBe(false);
    expect(await repo.delete(id, "pending")).toBe(false);
    expect(await repo.findById(id)).not.toBeNull();
  });

  it("renews the lease of a pending file while it holds, and never completes it after", async () => {
    expect(await repo.renewLease(id, 60)).toBe(true);
    await harness.database.query(`UPDATE images SET lease_expires_at = now() WHERE id = '${id}'`);
    expect(await repo.renewLease(id, 60)).toBe(false);
    expect(await repo.markReady(id, FACTS, {})).toBeNull();
  });
});

it("keeps two connections apart", async () => {
  const other = await openHarness();
  try {
    await repo.markReady(id, FACTS, {});
    expect(
      await new ImageRepo(new SqlFileTable(modelsFor(other.database).image)).findById(id),
    ).toBeNull();
    expect(await repo.findById(id)).not.toBeNull();
  } finally {
    await other.close();
  }
});
