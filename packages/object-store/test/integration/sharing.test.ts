import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { QueryTypes } from "sequelize";

import type { ListQuery } from "../../src/index.js";
import { type Harness, openHarness } from "../support/harness.js";
import { type LoggedStore, openLoggedStore } from "../support/logged-store.js";
import { fillWithRows } from "../support/stored-rows.js";

const MAX_GRANTS = 1_000;

const GRANTS = `
  INSERT INTO media_grants (id, image_id, grantee, expires_at, created_at, updated_at)
  SELECT gen_random_uuid(), images.id, grantee, NULL, now(), now()
`;

let harness: Harness;
let logged: LoggedStore;
let ownerId: string;
let friendId: string;

beforeAll(async () => {
  harness = await openHarness({ sharing: true });
  logged = openLoggedStore(harness);
  ownerId = await harness.addUser();
  friendId = await harness.addUser();
  const { database } = harness;
  for (const contentType of ["image/png", "image/gif"] as const) {
    await fillWithRows(database, { owner: ownerId, contentType, count: 5_000 });
  }
  for (let at = 0; at < 20; at += 1) await harness.addUser();
  // Each file with some ten others, a third with everyone, and a tenth with the friend.
  await database.query(`${GRANTS} FROM images, LATERAL (
    SELECT id AS grantee FROM users
    WHERE id NOT IN ('${ownerId}', '${friendId}') AND hashtext(id::text || images.id) % 2 = 0
  ) AS one`);
  for (const [grantee, parts] of [
    ["NULL::uuid", 3],
    [`'${friendId}'::uuid`, 10],
  ] as const) {
    const some = `WHERE hashtext(images.id::text) % ${parts} = 0`;
    await database.query(`${GRANTS} FROM images, (SELECT ${grantee} AS grantee) AS one ${some}`);
  }
  await database.query("ANALYZE images, media_grants, users");
  await logged.store.forUser(ownerId).count();
});

beforeEach(() => {
  logged.statements();
});

afterAll(async () => {
  await logged.database.close();
  await harness.close();
});

interface PlanNode {
  "Node Type": string;
  "Index Name"?: string;
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  Plans?: PlanNode[];
}

/** The scans of a statement that were carried out. */
async function scansOf(statement: string, bind: unknown[]): Promise<PlanNode[]> {
  const [row] = await harness.database.query<Record<string, [{ Plan: PlanNode }]>>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`,
    { type: QueryTypes.SELECT, bind },
  );
  const scans: PlanNode[] = [];
  const visit = (node: PlanNode): void => {
    if (/Scan/.test(node["Node Type"]) && node["Actual Loops"] > 0) scans.push(node);
    node.Plans?.forEach(visit);
  };
  visit(Object.values(row ?? {})[0]?.[0].Plan as PlanNode);
  return scans;
}

const FIRST = "00000000-0000-0000-0000-000000000000";
const LAST = FIRST.replaceAll("0", "f");

describe("what is shared", () => {
  it.each<[string, ListQuery]>([
    ["newest first", {}],
    ["oldest first", { order: "oldest" }],
  ])("is listed by one statement that reads no more than its page: %s", async (_name, query) => {
    const { images } = logged.store.forUser(friendId);
    const { items } = await images.sharedWithMe({ ...query, limit: 50, withUrls: true });
    expect(items).toHaveLength(50);
    const statements = logged.statements();
    expect(statements).toHaveLength(1);
    const scans = await scansOf(statements[0] ?? "", [FIRST, LAST, friendId, 51]);
    expect(scans.map((scan) => scan["Node Type"])).not.toContain("Seq Scan");
    for (const scan of scans) {
      expect(scan["Actual Rows"] * scan["Actual Loops"]).toBeLessThan(1_000);
    }
  });

  it("is read by the statement that reads one's own, which reads the index of a file's grants", async () => {
    const friend = logged.store.forUser(friendId).images;
    const { items } = await friend.sharedWithMe({ limit: 100 });
    const ids = items.map(({ id }) => id);
    const [first = ""] = ids;
    logged.statements();
    await friend.get(first);
    await friend.exists(first);
    expect(await friend.urls(ids)).toHaveProperty("size", 100);
    const statements = logged.statements();
    expect(statements).toHaveLength(3);
    for (const statement of statements) {
      const bind = [statement.includes("ANY") ? ids : first, friendId];
      const scans = await scansOf(statement, bind);
      expect(scans.map((scan) => scan["Node Type"])).not.toContain("Seq Scan");
      expect(scans.length).toBeGreaterThan(1);
      for (const scan of scans) {
        expect(scan["Actual Rows"] * scan["Actual Loops"]).toBeLessThan(1_500);
      }
    }
  });

  it("takes one statement to share, to unshare and to list grants", async () => {
    const { images } = logged.store.forUser(ownerId);
    const { items } = await images.list({ limit: 1 });
    const id = items[0]?.id ?? "";
    logged.statements();
    await images.share(id, { with: friendId });
    await images.grants(id);
    await images.unshare(id, { with: friendId });
    expect(logged.statements()).toHaveLength(3);
  });

  it("reads no table of grants where sharing is off", async () => {
    const off = openLoggedStore(harness, { sharing: false });
    try {
      const { images } = off.store.forUser(ownerId);
      const { items } = await images.list({ limit: 1, withUrls: true });
      const id = items[0]?.id ?? "";
      await images.get(id);
      await images.urls([id]);
      await images.exists(id);
      const statements = off.statements();
      expect(statements.length).toBeGreaterThan(3);
      for (const statement of statements) expect(statement).not.toContain("media_grants");
    } finally {
      await off.database.close();
    }
  });
});

describe("a grant", () => {
  const newFile = async (owner: string): Promise<string> => {
    await fillWithRows(harness.database, { owner, contentType: "image/png", count: 1 });
    const { items } = await harness.store.forUser(owner).images.list({ limit: 1 });
    return items[0]?.id ?? "";
  };

  it("keeps no user's row, and ends with it", async () => {
    const [owner, leaving] = [await harness.addUser(), await harness.addUser()];
    const id = await newFile(owner);
    const { images } = harness.store.forUser(owner);
    await images.share(id, { with: leaving });
    await harness.database.query(`DELETE FROM users WHERE id = '${leaving}'`);
    expect((await images.grants(id)).items).toEqual([]);
  });

  it("is refused when a file has as many as it can, and an existing one can change", async () => {
    const owner = await harness.addUser();
    const id = await newFile(owner);
    const { images } = harness.store.forUser(owner);
    await harness.database.query(`
      WITH users AS (
        INSERT INTO users (id, email, created_at, updated_at)
        SELECT gen_random_uuid(), gen_random_uuid()::text, now(), now()
        FROM generate_series(1, ${MAX_GRANTS}) RETURNING id
      ) SELECT FROM users
    `);
    await harness.database.query(`${GRANTS} FROM images, LATERAL (
      SELECT id AS grantee FROM users WHERE id <> '${owner}' AND id <> '${friendId}'
      LIMIT ${MAX_GRANTS - 1}
    ) AS one WHERE images.id = '${id}'`);
    await images.share(id, { with: friendId, until: new Date(Date.now() + 60_000) });
    const last = { with: { everyone: true } } as const;
    await expect(images.share(id, last)).rejects.toMatchObject({ code: "invalid_input" });
    expect((await images.share(id, { with: friendId })).until).toBeNull();
    // What has ended takes no room.
    await images.share(id, { with: friendId, until: new Date(0) });
    await images.share(id, last);
  });

  it("is swept once its time is over, in batches", async () => {
    const owner = await harness.addUser();
    const { images } = harness.store.forUser(owner);
    await fillWithRows(harness.database, { owner, contentType: "image/png", count: 5 });
    for await (const { id } of images.all()) {
      await images.share(id, { with: friendId, until: new Date(0) });
    }
    const count = async (): Promise<unknown> =>
      (
        await harness.database.query<{ count: string }>(
          "SELECT count(*) FROM media_grants WHERE expires_at <= now()",
          { type: QueryTypes.SELECT },
        )
      )[0]?.count;
    expect(Number(await count())).toBeGreaterThanOrEqual(5);
    await harness.maintenance.sweep({ batchSize: 2 });
    expect(await count()).toBe("0");
  });
});
