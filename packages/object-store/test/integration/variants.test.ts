import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { QueryTypes } from "sequelize";

import { id3Frame, id3v2 } from "../../../media-inspection/test/support/audio.js";
import { png, pngHeader } from "../../../media-inspection/test/support/images.js";
import {
  type MediaScope,
  type ObjectStoreOptions,
  objectStoreProvider,
  type ObjectStoreProvider,
  type OwnerType,
} from "../../src/index.js";
import type { AuditFinding } from "../../src/maintenance.js";
import type { StorageClient } from "../../src/testing.js";
import { codeOf } from "../behaviour/expectations.js";
import { openApplication } from "../support/application.js";
import { expectNothingChanged, expectNothingStored } from "../support/expect-nothing-stored.js";
import { faultyS3 } from "../support/faulty-s3.js";
import { type Harness, openHarness } from "../support/harness.js";
import { type LoggedStore, openLoggedStore } from "../support/logged-store.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { storageWith } from "../support/storage-with.js";
import { expireUnfinished } from "../support/unfinished.js";

const THUMB = { width: 16, height: 16, format: "webp" } as const;
const VARIANTS = {
  thumb: THUMB,
  ...{ a: { width: 8, format: "jpeg" }, b: { width: 9, format: "png" } },
  ...{ c: { width: 10, format: "webp" }, d: { width: 11, format: "avif" } },
} as const satisfies ObjectStoreOptions["variants"];
const NAMES = Object.keys(VARIANTS);

let harness: Harness;
let userId: string;
let scope: MediaScope;

beforeAll(async () => {
  harness = await openHarness({ variants: VARIANTS });
});

beforeEach(async () => {
  userId = await harness.addUser();
  scope = harness.store.forUser(userId);
});

afterEach(() => sweepAll());
afterAll(() => harness.close());

async function upload(to = scope): Promise<string> {
  return (await uploadSample(to, await sampleOf("png"))).file.id;
}

/** A PNG that is accepted by its header and cannot be decoded. */
async function uploadDamaged(): Promise<string> {
  return (await scope.images.upload({ body: png(pngHeader(40, 30)) })).file.id;
}

function select(sql: string, ...bind: unknown[]): Promise<Record<string, unknown>[]> {
  return harness.database.query(sql, { bind, type: QueryTypes.SELECT });
}

/** The keys of the user's variants. */
async function variantKeys(): Promise<string[]> {
  return (await harness.keys()).filter((key) => key.startsWith(`variants/users/${userId}/`));
}

/** Sweeps also what a request may still store that S3 did not answer. */
async function sweepAll({ database, maintenance } = harness): Promise<void> {
  await expireUnfinished(database);
  await maintenance.sweep();
}

/** The bucket, whose requests of one kind are counted and held up until they are let go or aborted. */
function held(name: "get" | "put") {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let arrive = (): void => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  let requests = 0;
  const wait = async (signal: AbortSignal | undefined): Promise<void> => {
    requests += 1;
    arrive();
    await (signal === undefined ? released : Promise.race([released, once(signal, "abort")]));
  };
  const { s3: bucket } = harness;
  const members: Partial<StorageClient> =
    name === "get"
      ? {
          async get(key, options) {
            await wait(options?.signal);
            return bucket.get(key, options);
          },
        }
      : {
          async put(input) {
            await wait(input.signal);
            return bucket.put(input);
          },
        };
  return { s3: storageWith(bucket, members), release, arrived, count: () => requests };
}

describe("the number of requests and statements", () => {
  let logged: LoggedStore;
  let mine: MediaScope;
  const requests: string[] = [];
  let fileId: string;

  beforeAll(async () => {
    const { s3: bucket } = harness;
    const s3 = storageWith(bucket, {
      delete: (...given) => (requests.push("delete"), bucket.delete(...given)),
      deleteMany: (...given) => (requests.push("deleteMany"), bucket.deleteMany(...given)),
    });
    logged = openLoggedStore(harness, { s3 });
    mine = logged.store.forUser(await harness.addUser());
    fileId = await upload(mine);
    for (const name of NAMES) await mine.images.variant(fileId, name);
  });

  beforeEach(() => {
    logged.statements();
    requests.splice(0);
  });

  afterAll(() => logged.database.close());

  it("is one query for pages, URLs and downloads of variants", async () => {
    const withUrls = { variant: "thumb" } as const;
    const reads: (() => Promise<unknown>)[] = [
      () => mine.images.list({ withUrls }),
      () => mine.list({ withUrls }),
      () => mine.images.getMany([fileId], { withUrls }),
      () => mine.images.urls([fileId], withUrls),
      () => mine.images.url(fileId, withUrls),
      async () => (await mine.images.download(fileId, withUrls)).stream.destroy(),
    ];
    for (const read of reads) {
      await read();
      expect(logged.statements()).toHaveLength(1);
    }
  });

  it("is two statements and one request for the deletion of a file with five variants", async () => {
    const own = logged.store.forUser(await harness.addUser());
    const { file } = await uploadSample(own, await sampleOf("png"));
    for (const name of NAMES) await own.images.variant(file.id, name);
    logged.statements();
    await own.images.delete(file.id);
    expect(logged.statements()).toHaveLength(2);
    expect(requests).toEqual(["deleteMany"]);
    expect((await harness.keys()).filter((key) => key.includes(file.id))).toEqual([]);
  });

  it("is the same for several files, each with its own variants or none", async () => {
    await expectNothingChanged(harness, async () => {
      const ids = [await upload(mine), await upload(mine), await upload(mine)];
      await mine.images.variant(ids[0] ?? "", "a");
      await mine.images.variant(ids[2] ?? "", "a");
      await mine.images.variant(ids[2] ?? "", "b");
      logged.statements();
      const results = await mine.images.deleteMany(ids);
      expect(results).toEqual(ids.map((id) => ({ id, deleted: true })));
      expect(logged.statements()).toHaveLength(2);
      expect(requests).toEqual(["deleteMany"]);
      await sweepAll();
    });
  });
});

describe("a file that no variant can be made of", () => {
  it("is tried three times by all processes together, and again for another recipe", async () => {
    const { s3, release, count } = held("get");
    release();
    const process = (width = 16): MediaScope => {
      const variants = { thumb: { ...THUMB, width } };
      return harness.storeWith({ s3, variants }).forUser(userId);
    };
    const failure = {
      code: "variant_failed",
      retryable: false,
      reason: "it is cut short or damaged",
    };
    await expectNothingChanged(harness, async () => {
      const fileId = await uploadDamaged();
      for (const tried of [1, 2, 3, 3]) {
        await expect(process().images.variant(fileId, "thumb")).rejects.toMatchObject({
          ...failure,
          reason: expect.any(String),
        });
        expect(count()).toBe(tried);
      }
      const failures = "SELECT recipe, attempts FROM media_variant_failures WHERE image_id = $1";
      expect(await select(failures, fileId)).toEqual([{ recipe: "thumb", attempts: 3 }]);
      await expect(process(17).images.variant(fileId, "thumb")).rejects.toMatchObject({
        code: "variant_failed",
      });
      expect(count()).toBe(4);
      await scope.images.delete(fileId);
      await sweepAll();
    });
  });

  it("leaves only why, and forgets it once the variant could be made", async () => {
    const fileId = await upload();
    const digest = await digestOf(fileId);
    await harness.database.query(
      `INSERT INTO media_variant_failures
         (image_id, recipe, digest, attempts, reason, created_at, updated_at)
       VALUES ($1, 'a', $2, 2, 'it took too long', now(), now())`,
      { bind: [fileId, digest] },
    );
    await scope.images.variant(fileId, "a");
    expect(await select("SELECT FROM media_variant_failures WHERE image_id = $1", fileId)).toEqual(
      [],
    );
  });

  /** The digest of the recipe `a`, by a variant of another file. */
  async function digestOf(fileId: string): Promise<unknown> {
    const other = await upload();
    expect(other).not.toBe(fileId);
    await scope.images.variant(other, "a");
    const [row] = await select("SELECT digest FROM media_variants WHERE image_id = $1", other);
    return row?.["digest"];
  }
});

describe("a process that makes as many variants as it may", () => {
  it("answers variants_busy for others, and lets calls for the same ones wait", async () => {
    const { s3, release, arrived } = held("get");
    const busy = harness.storeWith({ s3, isolation: { maxWaiting: 1 } });
    const { images } = busy.forUser(userId);
    const [first, second] = [await upload(), await upload()];
    const made = images.variant(first, "thumb");
    await arrived;
    const joined = images.variant(first, "thumb");
    for (const call of [images.variant(first, "a"), images.variant(second, "thumb")]) {
      await expect(call).rejects.toMatchObject({ code: "variants_busy", retryable: true });
    }
    release();
    expect((await joined).byteSize).toBe((await made).byteSize);
    await images.variant(second, "thumb");
    await busy.close();
  });
});

describe("a run that makes all variants of many files at once", () => {
  it("is bounded by its own parallel only", async () => {
    const isolation = { renderers: 1, maxWaiting: 1 };
    const maintenance = harness.maintenanceWith({ variants: VARIANTS, isolation });
    await maintenance.makeVariants({ parallel: 1 });
    const files = 6;
    await Promise.all(Array.from({ length: files }, () => upload()));
    const report = await maintenance.makeVariants({ parallel: files });
    expect(report).toMatchObject({ files, made: files * NAMES.length, failed: 0 });
  });
});

describe("two versions of an application side by side", () => {
  it("keep their own variants of a recipe that differs, and a deletion takes both", async () => {
    await expectNothingChanged(harness, async () => {
      const fileId = await upload();
      const versions = [16, 8].map((width) => ({
        width,
        images: harness.storeWith({ variants: { thumb: { ...THUMB, width } } }).forUser(userId)
          .images,
      }));
      await Promise.all(versions.map(({ images }) => images.variant(fileId, "thumb")));
      const keys = await variantKeys();
      expect(keys).toHaveLength(2);
      for (const { width, images } of [...versions, ...versions]) {
        const { url, width: made } = await images.variant(fileId, "thumb");
        expect(made).toBe(width);
        const shown = await images.url(fileId, { variant: "thumb" });
        expect(new URL(shown.url).pathname).toBe(new URL(url).pathname);
      }
      expect(await variantKeys()).toEqual(keys);
      await scope.images.delete(fileId);
      await sweepAll();
    });
  });
});

describe("an audio file", () => {
  it("has variants of its cover, in its URLs and lists, and loses them with the file", async () => {
    await expectNothingChanged(harness, async () => {
      const { bytes: cover } = await sampleOf("png");
      const picture = Buffer.concat([Buffer.from("\0image/png\0\x03\0", "latin1"), cover]);
      const tag = id3v2(id3Frame("APIC", picture), { version: 3 });
      const body = Buffer.concat([tag, (await sampleOf("mp3")).bytes]);
      const { file } = await scope.audio.upload({ body });
      const made = await scope.audio.variant(file.id, "thumb");
      expect(made).toMatchObject({ fileId: file.id, contentType: "image/webp", width: 16 });
      const { url } = await scope.audio.url(file.id, { variant: "thumb" });
      const answer = await fetch(url);
      expect(answer.headers.get("content-type")).toBe("image/webp");
      expect((await answer.arrayBuffer()).byteLength).toBe(made.byteSize);
      const { items } = await scope.audio.list({ withUrls: { variant: "thumb" } });
      expect(items.map((item) => item.url)).toEqual([expect.stringContaining("variants/")]);
      await scope.audio.delete(file.id);
      await sweepAll();
    });
  });

  it("without a cover says so", async () => {
    const { file } = await uploadSample(scope, await sampleOf("wav"));
    await expect(scope.audio.variant(file.id, "thumb")).rejects.toMatchObject({
      code: "variant_failed",
      reason: "the file has no cover picture",
    });
  });
});

describe("owners and tables of an application's own", () => {
  const OWNERS: Record<OwnerType, unknown> = {
    uuid: "6d7b3c1e-0f0a-4b7e-9a3c-2f6f1f0c9d11",
    integer: -7,
    bigint: "9223372036854775807",
    text: "auth0|ann/../bob 'é' 🎈",
  };
  /** Names that statements of the module use within themselves. */
  const tables = {
    ...{ images: "variant", audio: "gone", directUploads: "wanted", journal: "done" },
    ...{ variants: "variants", variantFailures: "original" },
  };

  it.each<[OwnerType, string | null]>([
    ["uuid", null],
    ["integer", "media"],
    ["bigint", "media"],
    ["text", "media"],
  ])("(%s, in the schema %s) have variants, usage and erasure", async (type, schema) => {
    const application = await openApplication(type, {
      schema,
      ...(schema === null && { tables }),
    });
    const { database, s3, layout } = application;
    try {
      const { maintenance } = await application.install();
      const owner = OWNERS[type];
      await database.query("INSERT INTO shop.accounts (number) VALUES ($1)", { bind: [owner] });
      const options = { database, s3, ...layout, variants: VARIANTS } as ObjectStoreOptions;
      const store = objectStoreProvider(options) as ObjectStoreProvider<OwnerType>;
      for (const mine of [store.forUser(owner as never), store.forSystem()]) {
        const { file } = await mine.images.upload({ body: (await sampleOf("png")).bytes });
        const { byteSize } = await mine.images.variant(file.id, "thumb");
        await mine.images.variant(file.id, "a");
        const { items } = await mine.images.list({ withUrls: { variant: "thumb" } });
        expect(items.map(({ url }) => url)).toEqual([expect.stringContaining("variants/")]);
        const all = await mine.list({ withUrls: { variant: "thumb" } });
        expect(all.items.map(({ url }) => url)).toEqual([expect.stringContaining("variants/")]);
        expect(byteSize).toBeGreaterThan(0);
      }
      const damaged = await store
        .forUser(owner as never)
        .images.upload({ body: png(pngHeader(40, 30)) });
      const failed = store.forUser(owner as never).images.variant(damaged.file.id, "thumb");
      await expect(failed).rejects.toMatchObject({ code: "variant_failed" });
      expect((await maintenance.usage({ owner: owner as never })).variants.files).toBe(2);
      expect(await maintenance.audit()).toMatchObject({ missingObjects: 0, orphans: 0 });
      const { complete, lines } = await maintenance.eraseUser(owner as never);
      expect(complete).toBe(true);
      expect(lines.filter(({ kind }) => kind === "variant")).toHaveLength(2);
      const { variants } = await maintenance.usage();
      expect(variants).toMatchObject({ files: 2, unfinished: 0 });
    } finally {
      await application.close();
    }
  });
});

describe("an audit", () => {
  it("removes the row of a variant without an object when it fixes, and it is made anew", async () => {
    const fileId = await upload();
    await scope.images.variant(fileId, "thumb");
    await scope.images.variant(fileId, "a");
    const [key = "", other] = await variantKeys();
    await harness.s3.delete(key);
    const audit = async (fix: boolean): Promise<AuditFinding[]> => {
      const findings: AuditFinding[] = [];
      await harness.maintenance.audit({ fix, onFinding: (found) => void findings.push(found) });
      return findings.filter((found) => "key" in found && found.key === key);
    };
    expect(await audit(false)).toMatchObject([{ finding: "missing_object", action: "kept" }]);
    expect(await audit(true)).toMatchObject([{ finding: "missing_object", action: "quarantined" }]);
    expect(await audit(true)).toEqual([]);
    await scope.images.variant(fileId, "thumb");
    await scope.images.variant(fileId, "a");
    const keys = await variantKeys();
    expect(keys).toHaveLength(2);
    expect(keys).toContain(other);
    expect(keys).not.toContain(key);
  });
});

describe("a store that is closed while it makes a variant", () => {
  it.each(["get", "put"] as const)(
    "aborts it in its %s once it waits no longer, and leaves nothing",
    async (step) => {
      const fileId = await upload();
      const { s3, arrived } = held(step);
      const store = harness.storeWith({ s3 });
      const refusal = await expectNothingStored(harness, async () => {
        const made = store.forUser(userId).images.variant(fileId, "thumb");
        made.catch(() => undefined);
        await arrived;
        await store.close({ timeoutSeconds: 0 });
        return made;
      });
      expect(refusal).toMatchObject({ code: "store_closed", retryable: true });
    },
  );

  it("waits for it", async () => {
    const fileId = await upload();
    const { s3, arrived, release } = held("put");
    const store = harness.storeWith({ s3 });
    const made = store.forUser(userId).images.variant(fileId, "thumb");
    await arrived;
    const closed = store.close({ timeoutSeconds: 60 });
    release();
    expect(await made).toMatchObject({ fileId });
    await closed;
    expect(await variantKeys()).toHaveLength(1);
  });
});

describe("calls for a variant that is being made", () => {
  it("go on when one of them is aborted, also the one that began", async () => {
    const fileId = await upload();
    const { s3, arrived, release, count } = held("put");
    const store = harness.storeWith({ s3 });
    const { images } = store.forUser(userId);
    const end = new AbortController();
    const aborted = images.variant(fileId, "thumb", { signal: end.signal });
    const other = images.variant(fileId, "thumb");
    await arrived;
    end.abort();
    await expect(aborted).rejects.toMatchObject({ code: "upload_aborted" });
    release();
    expect(await other).toMatchObject({ fileId });
    expect(count()).toBe(1);
  });

  it.each([
    ["committed", "are told that it is gone, and nothing is left"],
    ["rolled back", "get the variant"],
  ])("while a deletion of the file is %s: they %s", async (end) => {
    const transaction = await harness.database.transaction();
    const fileId = await upload();
    const before = await harness.stored();
    const { s3, arrived, release } = held("put");
    const { images } = harness.storeWith({ s3 }).forUser(userId);
    const refusal = codeOf(images.variant(fileId, "thumb"));
    await arrived;
    await scope.images.delete(fileId, { transaction });
    release();
    // The statement that makes the row meets the lock meanwhile.
    await pause(100);
    await (end === "committed" ? transaction.commit() : transaction.rollback());
    expect(await refusal).toBe(end === "committed" ? "file_not_found" : undefined);
    if (end === "committed") {
      expect((await harness.keys()).filter((key) => key.includes(fileId))).toEqual([]);
      await sweepAll();
      expect((await harness.rows()).filter(({ state }) => state !== "file")).toEqual([]);
    } else {
      await scope.images.delete(fileId);
      expect(await harness.keys()).toEqual(
        before.objects.map(({ key }) => key).filter((key) => !key.includes(fileId)),
      );
    }
  });
});

describe("a deletion that waits while another process makes a variant of the file", () => {
  it("takes the variant along, which its statement did not see at first", async () => {
    await expectNothingChanged(harness, async () => {
      const fileId = await upload();
      await scope.images.variant(fileId, "thumb");
      const { database } = harness;
      // What the statement does that makes a variant's row, up to its commit.
      const making = await database.transaction();
      const made = { transaction: making, bind: [fileId] };
      await database.query("SELECT FROM images WHERE id = $1 FOR NO KEY UPDATE", made);
      await database.query(
        `UPDATE media_variants SET digest = 'other' WHERE image_id = $1 AND recipe = 'thumb'`,
        made,
      );
      await database.query(
        `INSERT INTO media_variants
           (id, image_id, user_id, s3_key, recipe, digest, content_type, byte_size, sha256, width,
            height, page_count, created_at, updated_at)
         SELECT made, image_id, user_id, replace(s3_key, id::text, made::text), 'late', digest,
           content_type, byte_size, sha256, width, height, page_count, now(), now()
         FROM media_variants, gen_random_uuid() AS made WHERE image_id = $1`,
        made,
      );
      await database.transaction(async (transaction) => {
        const deleted = scope.images.delete(fileId, { transaction });
        await blocked();
        await making.commit();
        await deleted;
      });
      await sweepAll();
    });
  });

  /** Waits until a statement waits for another transaction. */
  async function blocked(): Promise<void> {
    for (;;) {
      const waiting = await select(
        `SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`,
      );
      if (waiting.length > 0) return;
      await pause(20);
    }
  }
});

describe("an S3 that fails while a variant is stored", () => {
  const faulty = faultyS3();

  async function failing(): Promise<{ mine: MediaScope; fileId: string }> {
    const owner = await faulty.harness().addUser();
    const mine = faulty.harness().storeWith({ variants: VARIANTS }).forUser(owner);
    return { mine, fileId: await upload(mine) };
  }

  const match = ({ operation, key }: { operation: string; key: string }): boolean =>
    operation === "PutObject" && key.startsWith("variants/");

  it("refuses it: nothing is left, and the next call makes it", async () => {
    const { mine, fileId } = await failing();
    faulty.faults().add({
      match,
      fault: { type: "error", status: 403, code: "QuotaExceeded" },
    });
    const refusal = await expectNothingStored(faulty.harness(), () =>
      mine.images.variant(fileId, "thumb"),
    );
    expect(refusal).toMatchObject({ code: "storage_error" });
    faulty.faults().clear();
    expect(await mine.images.variant(fileId, "thumb")).toMatchObject({ fileId });
  });

  it("does not answer: what it may have stored goes with the sweep", async () => {
    const { mine, fileId } = await failing();
    await expectNothingChanged(faulty.harness(), async () => {
      faulty.faults().add({ match, fault: { type: "loseResponse" } });
      await expect(mine.images.variant(fileId, "thumb")).rejects.toMatchObject({
        code: "storage_unavailable",
        retryable: true,
      });
      faulty.faults().clear();
      await sweepAll(faulty.harness());
    });
  });

  it("loses an answer and stores it again: the variant is whole", async () => {
    const { mine, fileId } = await failing();
    faulty.faults().add({ match, times: 1, fault: { type: "loseResponse" } });
    const { url, byteSize } = await mine.images.variant(fileId, "thumb");
    expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(byteSize);
  });

  it("cuts the original short: nothing is left, and the file is not to blame", async () => {
    const { mine, fileId } = await failing();
    faulty.faults().add({
      match: ({ operation }) => operation === "GetObject",
      fault: { type: "truncateResponse", bytes: 100 },
    });
    const refusal = await expectNothingStored(faulty.harness(), () =>
      mine.images.variant(fileId, "thumb"),
    );
    expect(refusal).toMatchObject({ code: "storage_unavailable" });
  });
});
