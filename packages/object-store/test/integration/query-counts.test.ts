import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { QueryTypes } from "sequelize";
import { v7 as uuidv7 } from "uuid";

import type { ListQuery, MediaScope } from "../../src/index.js";
import { type Harness, openHarness } from "../support/harness.js";
import { type LoggedStore, openLoggedStore } from "../support/logged-store.js";
import { sampleOf } from "../support/samples.js";
import { fillWithRows } from "../support/stored-rows.js";

const NO_ID = "00000000-0000-0000-0000-000000000000";

let harness: Harness;
let logged: LoggedStore;
let scope: MediaScope;
const images: string[] = [];

beforeAll(async () => {
  harness = await openHarness();
  logged = openLoggedStore(harness);
  const userId = await harness.addUser();
  scope = logged.store.forUser(userId);
  for (const owner of [userId, null]) {
    for (const contentType of ["image/png", "image/gif", "audio/wav"] as const) {
      await fillWithRows(harness.database, { owner, contentType, count: 5_000 });
    }
  }
  await harness.database.query("ANALYZE images, audio");
  const { items } = await scope.images.list({ limit: 200 });
  images.push(...items.map(({ id }) => id));
  await scope.images.exists(uuidv7());
  logged.statements();
});

afterAll(async () => {
  await logged.database.close();
  await harness.close();
});

/** The kinds of nodes and the indexes of a statement's plan: for these parameters, or for all. */
async function planOf(
  statement: string,
  { database } = harness,
  bind?: unknown[],
): Promise<{ nodes: string[]; indexes: string[] }> {
  const [row] = await database.query<Record<string, [{ Plan: PlanNode }]>>(
    `EXPLAIN (${bind === undefined ? "GENERIC_PLAN, " : ""}FORMAT JSON) ${statement}`,
    { type: QueryTypes.SELECT, ...(bind && { bind }) },
  );
  const nodes: string[] = [];
  const indexes: string[] = [];
  const visit = (node: PlanNode): void => {
    nodes.push(node["Node Type"]);
    if (node["Index Name"] !== undefined) indexes.push(node["Index Name"]);
    node.Plans?.forEach(visit);
  };
  visit(Object.values(row ?? {})[0]?.[0].Plan as PlanNode);
  return { nodes, indexes };
}

interface PlanNode {
  "Node Type": string;
  "Index Name"?: string;
  Plans?: PlanNode[];
}

describe("the number of queries", () => {
  it("is one for a page, also of both kinds, with URLs and from a cursor", async () => {
    const query = { limit: 50, withUrls: true } as const;
    for (const list of [scope, scope.images, scope.audio, logged.store.forSystem()]) {
      const { items, nextCursor } = await list.list(query);
      expect(items).toHaveLength(50);
      expect(items.every(({ url }) => url.startsWith("http"))).toBe(true);
      await list.list({ ...query, cursor: nextCursor });
      expect(logged.statements()).toHaveLength(2);
    }
  });

  it("is one for 200 files with their URLs, of one owner and of all", async () => {
    for (const reader of [scope, logged.store.forApplication()]) {
      expect((await reader.images.getMany(images, { withUrls: true })).size).toBe(200);
      expect(logged.statements()).toHaveLength(1);
    }
  });

  it("is one for the URLs of 200 files", async () => {
    expect((await scope.images.urls(images)).size).toBe(200);
    expect(logged.statements()).toHaveLength(1);
  });

  it("is one for a count, for one file and for one URL", async () => {
    await scope.count();
    await scope.images.get(images[0] ?? "");
    await scope.images.url(images[0] ?? "");
    expect(logged.statements()).toHaveLength(3);
  });
});

describe("a list of an owner with much in the trash", () => {
  /** The scans of a statement that were carried out, by how many rows they read and passed over. */
  async function scansOf(statement: string, bind: unknown[]): Promise<ScanNode[]> {
    const [row] = await harness.database.query<Record<string, [{ Plan: ScanNode }]>>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`,
      { type: QueryTypes.SELECT, bind },
    );
    const scans: ScanNode[] = [];
    const visit = (node: ScanNode): void => {
      if (node["Relation Name"] !== undefined) scans.push(node);
      node.Plans?.forEach(visit);
    };
    visit(Object.values(row ?? {})[0]?.[0].Plan as ScanNode);
    return scans;
  }

  interface ScanNode extends PlanNode {
    "Relation Name"?: string;
    "Actual Rows": number;
    "Rows Removed by Filter"?: number;
    Plans?: ScanNode[];
  }

  it.each<[string, ListQuery]>([
    ["of what is not there", {}],
    ["of what is not there, of one type", { contentType: "image/png" }],
    ["of what is there", { trashed: true }],
  ])("reads no row that it does not show: %s", async (_name, query) => {
    const { database } = harness;
    const first = NO_ID;
    const last = NO_ID.replaceAll("0", "f");
    for (const owner of [await harness.addUser(), null]) {
      const of = owner === null ? logged.store.forSystem() : logged.store.forUser(owner);
      for (const contentType of ["image/png", "audio/wav"] as const) {
        await fillWithRows(database, { owner, contentType, count: 2_000 });
      }
      // In runs of 500, in turn with as many that stay.
      for (const table of ["images", "audio"]) {
        await database.query(
          `UPDATE ${table} SET restorable_until = now() + interval '1 day'
           WHERE user_id IS NOT DISTINCT FROM $1 AND original_filename ~ '[5-9]..$'`,
          { bind: [owner] },
        );
      }
      await database.query("ANALYZE images, audio");
      for (const order of ["newest", "oldest"] as const) {
        const lists = query.contentType === undefined ? [of, of.images] : [of.images];
        for (const list of lists) {
          logged.statements();
          await list.list({ ...query, order, limit: 100 });
          const [statement = ""] = logged.statements();
          const bind = [first, last, ...(owner === null ? [] : [owner]), 101];
          for (const scan of await scansOf(statement, bind)) {
            expect(scan).toMatchObject({ "Node Type": "Index Scan" });
            expect(scan["Actual Rows"]).toBeLessThanOrEqual(101);
            expect(scan["Rows Removed by Filter"] ?? 0).toBe(0);
          }
        }
      }
    }
  });
});

describe("the plan of a page", () => {
  it.each<[string, ListQuery, string]>([
    ["of a user", {}, "images_user_id_until_id"],
    ["of a user, oldest first", { order: "oldest" }, "images_user_id_until_id"],
    ["of one content type", { contentType: "image/gif" }, "images_user_id_type_until_id"],
  ])("reads the index in its order: %s", async (_name, query, index) => {
    for (const owner of [scope, logged.store.forSystem()]) {
      await owner.images.list(query);
      const [statement] = logged.statements();
      const { nodes, indexes } = await planOf(statement ?? "");
      expect(nodes).toEqual(["Limit", "Index Scan"]);
      expect(indexes).toEqual([index]);
    }
  });

  it("never walks the primary key, also where PostgreSQL knows one owner only", async () => {
    const fresh = await openHarness();
    const watched = openLoggedStore(fresh);
    try {
      const owner = await fresh.addUser();
      await fillWithRows(fresh.database, { owner, contentType: "image/png", count: 5_000 });
      await fresh.database.query(
        `UPDATE images SET restorable_until = now() + interval '1 day'
         WHERE original_filename LIKE '%7'`,
      );
      await fresh.database.query("ANALYZE images");
      const { images: own } = watched.store.forUser(owner);
      await own.list();
      watched.statements();
      const queries = [{}, { contentType: "image/png" }, { trashed: true }] as const;
      for (const query of queries) await own.list(query);
      for (const statement of watched.statements()) {
        expect((await planOf(statement, fresh)).indexes).not.toContain("images_pkey");
      }
    } finally {
      await watched.database.close();
      await fresh.close();
    }
  });

  it("merges two ordered scans for both kinds", async () => {
    for (const owner of [scope, logged.store.forSystem()]) {
      await owner.list({ limit: 200 });
      const [statement] = logged.statements();
      const { nodes, indexes } = await planOf(statement ?? "");
      expect(indexes.sort()).toEqual(["audio_user_id_until_id", "images_user_id_until_id"]);
      expect(nodes).not.toContain("Seq Scan");
      // What is sorted is two pages at most: each scan ends at the limit.
      expect(nodes.filter((node) => node === "Limit")).toHaveLength(3);
    }
  });

  it("can find the start of a name by its index", async () => {
    await scope.images.list({ filenamePrefix: "file 39" });
    const [statement] = logged.statements();
    await harness.database.transaction(async (transaction) => {
      // So few rows are read as fast in another way.
      await harness.database.query("SET LOCAL enable_seqscan = off", { transaction });
      await harness.database.query(
        `DROP INDEX images_user_id_until_id, images_user_id_type_until_id;
         ALTER TABLE images DROP CONSTRAINT images_pkey CASCADE`,
        { transaction },
      );
      const rows = await harness.database.query<Record<string, string>>(
        `EXPLAIN (GENERIC_PLAN) ${statement ?? ""}`,
        { type: QueryTypes.SELECT, transaction },
      );
      const plan = rows.map((row) => Object.values(row)[0]).join("\n");
      expect(plan).toMatch(/Index Cond: .*user_id = .*original_filename/);
      expect(plan).toContain("images_user_id_filename");
    });
  });
});

describe("a list by metadata", () => {
  it("reads an index of the application's on it, for one album among many files", async () => {
    const { database } = harness;
    const owner = await harness.addUser();
    const { images: own } = logged.store.forUser(owner);
    const count = 20_000;
    await fillWithRows(database, { owner, contentType: "image/png", count });
    await database.query(
      `UPDATE images SET metadata = jsonb_build_object('album', right(id::text, 3)) WHERE user_id = $1`,
      { bind: [owner] },
    );
    await database.query(
      "CREATE INDEX images_metadata ON images USING gin (metadata jsonb_path_ops)",
    );
    await database.query("ANALYZE images");
    const { items } = await own.list({ limit: 1 });
    const metadata = items[0]?.metadata ?? {};
    logged.statements();
    const all = await own.list({ metadata, limit: 200 });
    expect(all.items.length).toBe(await own.count({ metadata }));
    for (const statement of logged.statements()) {
      const [first, last] = ["0", "f"].map((digit) => NO_ID.replaceAll("0", digit));
      const bounds = [first, last, owner, JSON.stringify(metadata)];
      const bind = statement.includes("count(*)") ? bounds : [...bounds, 200];
      expect((await planOf(statement, harness, bind)).indexes).toContain("images_metadata");
    }
  });
});

describe("the completion of an upload", () => {
  it("does not read its table, also before PostgreSQL knows how large that is", async () => {
    const fresh = await openHarness();
    const watched = openLoggedStore(fresh);
    try {
      await fillWithRows(fresh.database, { owner: null, contentType: "image/png", count: 2_000 });
      const { bytes } = await sampleOf("png");
      await watched.store.forSystem().images.upload({ body: bytes });
      const statement = watched.statements().find((each) => each.includes('INSERT INTO "images"'));
      const { nodes, indexes } = await planOf(statement ?? "", fresh);
      expect(nodes).not.toContain("Seq Scan");
      expect(indexes).toHaveLength(1);
    } finally {
      await watched.database.close();
      await fresh.close();
    }
  });
});
