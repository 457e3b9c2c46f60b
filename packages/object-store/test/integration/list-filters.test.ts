import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { v7 as uuidv7 } from "uuid";

import type { ListQuery, MediaScope } from "../../src/index.js";
import { type Harness, openHarness } from "../support/harness.js";
import { insertRows, type StoredRow } from "../support/stored-rows.js";

const START = Date.parse("2024-02-29T00:00:00Z");
const HOUR = 3_600_000;
const TYPES = ["image/jpeg", "image/png", "image/gif", "audio/mpeg", "audio/wav"] as const;
const NAMES = ["cat.jpg", "cat 2.jpg", "Cat.jpg", "car", "é.png", "10%_off", "10x", null] as const;

let harness: Harness;
let scope: MediaScope;
/** Oldest first. */
let rows: StoredRow[];

beforeAll(async () => {
  harness = await openHarness();
  const userId = await harness.addUser();
  scope = harness.store.forUser(userId);
  rows = Array.from({ length: 60 }, (_, index) => ({
    id: uuidv7({ msecs: START + index * HOUR }),
    userId,
    filename: NAMES[(index * 5) % NAMES.length] ?? null,
    contentType: TYPES[(index * 3) % TYPES.length] ?? "image/png",
    // The clock of the database is an hour and a half behind that of the ids.
    createdAt: new Date(START + (index - 1.5) * HOUR),
  }));
  const others = [null, await harness.addUser()].flatMap((owner, turn) =>
    rows.map((row, index) => ({
      ...row,
      userId: owner,
      id: uuidv7({ msecs: START + index * HOUR + turn + 1 }),
    })),
  );
  await insertRows(harness.database, [...rows, ...others]);
});

afterAll(() => harness.close());

type Filter = Pick<
  ListQuery,
  "contentType" | "createdFrom" | "createdBefore" | "filenamePrefix" | "order"
>;

/** What a list means, without a database. */
function expected(list: "images" | "audio" | "all", filter: Filter): string[] {
  const { contentType, createdFrom, createdBefore, filenamePrefix, order } = filter;
  const types: readonly string[] =
    typeof contentType === "string" ? [contentType] : (contentType ?? TYPES);
  const ids = rows
    .filter((row) => list === "all" || row.contentType.startsWith(list === "images" ? "im" : "au"))
    .filter((row) => types.includes(row.contentType))
    .filter((row) => createdFrom === undefined || row.createdAt >= createdFrom)
    .filter((row) => createdBefore === undefined || row.createdAt < createdBefore)
    .filter((row) => filenamePrefix === undefined || row.filename?.startsWith(filenamePrefix))
    .map(({ id }) => id);
  return order === "oldest" ? ids : ids.reverse();
}

async function walk(list: Pick<MediaScope, "list">, query: ListQuery): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<MediaScope["list"]>> = await list.list({ ...query, cursor });
    expect(page.items.length).toBeLessThanOrEqual(query.limit ?? 50);
    expect(page.items.length > 0 || page.nextCursor === null).toBe(true);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

const instant = fc.integer({ min: -3, max: 62 }).map((hours) => new Date(START + hours * HOUR));
const filters = (types: readonly (typeof TYPES)[number][]): fc.Arbitrary<Filter> =>
  fc.record(
    {
      contentType: fc.oneof(
        fc.constantFrom(...types),
        fc.uniqueArray(fc.constantFrom(...types), { minLength: 1 }),
      ),
      createdFrom: instant,
      createdBefore: instant,
      filenamePrefix: fc.constantFrom("c", "ca", "cat", "Cat", "é", "10%", "10", "zebra"),
      order: fc.constantFrom("newest" as const, "oldest" as const),
    },
    { requiredKeys: [] },
  );

describe("a list with order and filters", () => {
  it.each([
    ["images", TYPES.slice(0, 3)],
    ["audio", TYPES.slice(3)],
    ["all", TYPES],
  ] as const)("shows just the files that meet them, page by page: %s", async (list, types) => {
    const lists = list === "all" ? scope : scope[list];
    await fc.assert(
      fc.asyncProperty(filters(types), fc.constantFrom(1, 3, 7, 200), async (filter, limit) => {
        const ids = expected(list, filter);
        expect(await walk(lists, { ...filter, limit })).toEqual(ids);
        expect(await lists.count(filter)).toBe(ids.length);
        const all = [];
        for await (const { id } of lists.all({ ...filter, limit })) all.push(id);
        expect(all).toEqual(ids);
      }),
      { numRuns: 40 },
    );
  });

  it("shows the system's own files to the system, by the same rules", async () => {
    const system = harness.store.forSystem();
    expect(await system.count()).toBe(rows.length);
    const ids = await walk(system.images, { contentType: "image/gif", limit: 5, order: "oldest" });
    expect(ids).toHaveLength(rows.filter(({ contentType }) => contentType === "image/gif").length);
    expect(ids.toSorted()).toEqual(ids);
  });

  it("refuses a cursor of another order or filter", async () => {
    const query = { limit: 2, contentType: ["image/png", "image/gif"] as const };
    const { nextCursor: cursor } = await scope.images.list(query);
    const same = { contentType: ["image/gif", "image/png"] as const, limit: 3, cursor };
    expect((await scope.images.list(same)).items).toHaveLength(3);
    for (const change of [
      { order: "oldest" as const },
      { contentType: "image/png" as const },
      { createdFrom: new Date(0) },
      { filenamePrefix: "c" },
    ]) {
      await expect(scope.images.list({ ...same, ...change })).rejects.toMatchObject({
        code: "invalid_cursor",
      });
    }
  });

  it("refuses a cursor that was made with another secret", async () => {
    const keyed = harness.storeWith({ cursorSecret: "a secret of 16 or more" });
    const own = keyed.forUser(rows[0]?.userId ?? "");
    const { nextCursor: cursor } = await own.list({ limit: 2 });
    expect((await own.list({ limit: 2, cursor })).items).toHaveLength(2);
    await expect(scope.list({ limit: 2, cursor })).rejects.toMatchObject({
      code: "invalid_cursor",
    });
    expect(() => harness.storeWith({ cursorSecret: "short" })).toThrow(/16 characters/);
  });

  it.each<[string, object]>([
    ["a content type of the other kind", { contentType: "audio/wav" }],
    ["an unknown content type", { contentType: "image/svg+xml" }],
    ["no content type", { contentType: [] }],
    ["an unknown order", { order: "largest" }],
    ["a date that is none", { createdFrom: new Date(Number.NaN) }],
    ["a date as text", { createdBefore: "2024-02-29" }],
    ["an empty start of a name", { filenamePrefix: "" }],
    ["a URL that expires at once", { withUrls: { expiresIn: 0 } }],
  ])("refuses %s", async (_name, query) => {
    await expect(scope.images.list(query)).rejects.toMatchObject({ code: "invalid_input" });
  });
});
