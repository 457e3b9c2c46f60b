import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";

import { ImageModel } from "../../src/models/image.model.js";
import { JournalModel } from "../../src/models/journal.model.js";
import { tablesIn } from "../../src/persistence.js";
import type { Completion } from "../../src/repo/media-repo.js";
import { ImageRepo } from "../../src/repo/image-repo.js";
import { JournalRepo } from "../../src/repo/journal-repo.js";
import { OwnerRepo } from "../../src/repo/owner-repo.js";
import { type Harness, openHarness } from "../support/harness.js";
import { poolerOf } from "../support/services.js";
import { expireUnfinished } from "../support/unfinished.js";

const VALUES = {
  originalFilename: null,
  contentType: "image/png",
  byteSize: 10,
  sha256: Buffer.alloc(32, 1),
  metadata: {},
  privacy: "keep",
  removed: [],
  width: 3,
  height: 2,
  orientation: 1,
  pageCount: 1,
  hasAlpha: false,
  complete: true,
};

let harness: Harness;
let repo: ImageRepo;
let journal: JournalRepo;
let userId: string;
let upload: JournalModel;
let completion: Completion;

beforeAll(async () => {
  harness = await openHarness();
  const tables = tablesIn(harness.database, poolerOf());
  repo = new ImageRepo(tables);
  journal = new JournalRepo(tables, new OwnerRepo(tables));
  userId = await harness.addUser();
});

beforeEach(async () => {
  upload = await journal.open({
    kind: "image",
    userId,
    keyStart: `images/users/${userId}/`,
    keyEnd: ".png",
    leaseSeconds: 60,
    isOwnerKnown: false,
  });
  completion = { id: upload.id, userId, unansweredSeconds: 0, values: VALUES };
});

afterAll(async () => {
  await harness.close();
});

describe("a repo", () => {
  it("gives model instances", async () => {
    expect(upload).toBeInstanceOf(JournalModel);
    const { id, s3Key } = upload;
    expect(s3Key).toBe(`images/users/${userId}/${id}.png`);
    const file = await repo.create(completion, {});
    expect(file).toBeInstanceOf(ImageModel);
    expect(file).toMatchObject({ id, s3Key, userId, width: 3, unansweredUntil: null });
    expect(await repo.byId(id)).toBeInstanceOf(ImageModel);
    expect((await repo.visibleByIds([id], userId, {}))[0]).toBeInstanceOf(ImageModel);
    const { removed } = await repo.delete([id], userId, { leaseSeconds: 60 });
    expect(removed).toMatchObject([{ id, s3Key, byteSize: 10 }]);
    expect((await journal.claimRemovals([id], 60))[0]).toBeInstanceOf(JournalModel);
  });

  it("finds no uploads, and files by their owner only", async () => {
    const { id } = upload;
    expect(await repo.byId(id)).toBeNull();
    expect(await repo.visibleById(id, userId, {})).toBeNull();
    expect(await repo.exists(id, userId, {})).toBe(false);
    await repo.create(completion, {});
    expect(await repo.exists(id, userId, {})).toBe(true);
    expect(await repo.exists(id, await harness.addUser(), {})).toBe(false);
    expect(await repo.exists(id, null, {})).toBe(false);
  });

  it("neither commits nor rolls back the caller's transaction", async () => {
    const transaction = await harness.database.transaction();
    expect(await repo.create(completion, { transaction })).not.toBeNull();
    expect(await repo.byId(upload.id)).toBeNull();
    await transaction.rollback();
    expect(await repo.byId(upload.id)).toBeNull();
    expect(await repo.create(completion, {})).not.toBeNull();
  });

  it("lets one of many racing transitions win", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => repo.create(completion, {})),
    );
    expect(outcomes.filter((row) => row !== null)).toHaveLength(1);
  });

  it("gives up uploads and nothing else", async () => {
    await repo.create(completion, {});
    const { id } = upload;
    expect(await journal.giveUp([id], 60, 0)).toEqual([]);
    expect(await journal.renew(id, 60)).toBe(false);
    expect(await journal.drop(id)).toBe(false);
    expect(await repo.byId(id)).not.toBeNull();
  });

  it("renews the lease of an upload while it holds, and never completes it after", async () => {
    expect(await journal.renew(upload.id, 60)).toBe(true);
    await expireUnfinished(harness.database);
    expect(await journal.renew(upload.id, 60)).toBe(false);
    expect(await repo.create(completion, {})).toBeNull();
  });

  it("ends a removal only once no request can make its object any more", async () => {
    await repo.create({ ...completion, unansweredSeconds: 60 }, {});
    const { id } = upload;
    await repo.delete([id], userId, { leaseSeconds: 60 });
    expect(await journal.forget([id])).toEqual(new Set());
    await expireUnfinished(harness.database);
    expect(await journal.forget([id])).toEqual(new Set([id]));
  });
});

it("keeps two connections apart", async () => {
  const other = await openHarness();
  try {
    await repo.create(completion, {});
    expect(await new ImageRepo(tablesIn(other.database, {})).byId(upload.id)).toBeNull();
    expect(await repo.byId(upload.id)).not.toBeNull();
  } finally {
    await other.close();
  }
});
