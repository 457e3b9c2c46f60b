import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import type { MediaScope } from "../../src/index.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";

let harness: Harness;
let scope: MediaScope;
let other: MediaScope;
/** In the order of upload. */
const images: string[] = [];
const audio: string[] = [];
const both: string[] = [];

beforeAll(async () => {
  harness = await openHarness();
  scope = harness.store.forUser(await harness.addUser());
  other = harness.store.forUser(await harness.addUser());
  for (const format of ["png", "wav", "gif", "png", "flac", "png", "png"] as const) {
    const { file } = await uploadSample(scope, await sampleOf(format));
    (file.kind === "image" ? images : audio).push(file.id);
    both.push(file.id);
  }
  await uploadSample(other, await sampleOf("png"));
  await uploadSample(harness.store.forSystem(), await sampleOf("png"));
});

afterAll(async () => {
  await harness.close();
});

async function walk(
  collection: Pick<MediaScope, "list">,
  limit: number,
): Promise<{ pages: number; ids: string[] }> {
  const ids: string[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const page: Awaited<ReturnType<MediaScope["list"]>> = await collection.list({ limit, cursor });
    ids.push(...page.items.map((file) => file.id));
    cursor = page.nextCursor;
    pages += 1;
  } while (cursor !== null);
  return { pages, ids };
}

describe("list", () => {
  it("gives the scope's own files, newest first", async () => {
    expect((await scope.images.list()).items.map(({ id }) => id)).toEqual(images.toReversed());
    expect((await scope.audio.list()).items.map(({ id }) => id)).toEqual(audio.toReversed());
    expect((await scope.list()).items.map(({ id }) => id)).toEqual(both.toReversed());
    expect((await harness.store.forSystem().list()).items).toHaveLength(1);
  });

  it.each([1, 2, 3, 5, 7, 200])("walks every page of %d without gap or repeat", async (limit) => {
    expect(await walk(scope, limit)).toEqual({
      pages: Math.ceil(both.length / limit),
      ids: both.toReversed(),
    });
    expect((await walk(scope.images, limit)).ids).toEqual(images.toReversed());
  });

  it("shows files that came during the walk to no page that follows", async () => {
    const { nextCursor } = await other.images.list({ limit: 1 });
    expect(nextCursor).toBeNull();
    const first = await scope.images.list({ limit: 2 });
    const { file } = await uploadSample(scope, await sampleOf("png"));
    const second = await scope.images.list({ limit: 200, cursor: first.nextCursor });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(images.toReversed());
    await scope.images.delete(file.id);
  });

  it("leaves deleted files out", async () => {
    const { file } = await uploadSample(other, await sampleOf("gif"));
    await other.images.delete(file.id);
    expect((await other.images.list()).items.map(({ id }) => id)).not.toContain(file.id);
  });

  it("refuses a cursor of another owner, of another list, and a forged one", async () => {
    const { nextCursor } = await scope.images.list({ limit: 1 });
    expect(nextCursor).not.toBeNull();
    const cursor = nextCursor ?? "";
    const flipped = `${cursor.slice(0, -2)}${cursor.endsWith("AA") ? "BB" : "AA"}`;
    const lists: [Pick<MediaScope, "list">, string][] = [
      [other.images, cursor],
      [scope.audio, cursor],
      [scope, cursor],
      [scope.images, flipped],
      [scope.images, `${cursor}=`],
      [scope.images, "nonsense"],
      [scope.images, ""],
    ];
    for (const [collection, wrong] of lists) {
      await expect(collection.list({ cursor: wrong })).rejects.toMatchObject({
        code: "invalid_cursor",
      });
    }
  });

  it.each([0, 201, 1.5, -1, Number.NaN, "10"])("refuses a limit of %p", async (limit) => {
    await expect(scope.list({ limit: limit as number })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });
});
