import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createDatabase, databaseMigrations, Migrator, User } from "@repo/database";
import { type LocalPostgres, startLocalPostgres } from "@repo/local-services";
import { type ObjectStoreProvider, objectStoreProvider } from "@repo/object-store";
import { objectStoreMigrations } from "@repo/object-store/migrations";
import { MemoryStorage } from "@repo/object-store/testing";

import { userAvatarMigrations, userAvatars, type UserAvatars } from "../src/index.js";
import { UserAvatar } from "../src/user-avatar.model.js";
import { picture } from "./support/pictures.js";

let folder: string;
let postgres: LocalPostgres;
let database: ReturnType<typeof createDatabase>;
let avatars: UserAvatars;
let red: Buffer;
const storage = new MemoryStorage();
let store: ObjectStoreProvider;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "user-avatars-"));
  postgres = await startLocalPostgres({ dataDir: folder, durable: false });
  database = createDatabase({ url: await postgres.createDatabase("avatars") });
  await new Migrator({
    database,
    migrations: [...databaseMigrations, ...objectStoreMigrations(), ...userAvatarMigrations],
  }).up();
  database.addModels([User, UserAvatar]);
  store = objectStoreProvider({ database, s3: storage });
  avatars = userAvatars({ database, store });
  red = await picture(40, 30, "#c00");
});

afterAll(async () => {
  await store.close();
  await database.close();
  await postgres.stop("immediate");
  await rm(folder, { recursive: true, force: true });
});

let users = 0;

async function addUser(): Promise<string> {
  const { id } = await User.create({ email: `user-${(users += 1)}@example.com` });
  return id;
}

describe("an avatar in the application's transaction", () => {
  it("appears with the commit, and its predecessor goes", async () => {
    const userId = await addUser();
    const set = (): ReturnType<UserAvatars["set"]> =>
      database.transaction((transaction) => avatars.set(userId, red, { transaction }));
    const first = await set();
    const second = await set();
    expect(await avatars.get(userId)).toMatchObject({ fileId: second.fileId });
    expect(storage.keys.filter((key) => key.includes(userId))).toHaveLength(1);
    expect(await store.forUser(userId).images.exists(first.fileId)).toBe(false);
  });

  it("is never there after a rollback", async () => {
    const userId = await addUser();
    const before = await database.transaction((transaction) =>
      avatars.set(userId, red, { transaction }),
    );
    const work = database.transaction(async (transaction) => {
      await avatars.set(userId, red, { transaction });
      throw new Error("rolled back");
    });
    await expect(work).rejects.toThrow("rolled back");
    expect(await avatars.get(userId)).toMatchObject({ fileId: before.fileId });
    expect(storage.keys.filter((key) => key.includes(userId))).toHaveLength(1);
  });

  it("is one, however many are set at once", async () => {
    const userId = await addUser();
    await Promise.all(
      Array.from({ length: 4 }, () =>
        database.transaction((transaction) => avatars.set(userId, red, { transaction })),
      ),
    );
    const avatar = await avatars.get(userId);
    const { items } = await store.forUser(userId).images.list();
    expect(items.map(({ id }) => id)).toEqual([avatar?.fileId]);
  });

  it("survives a removal that is rolled back, and goes with one that is not", async () => {
    const userId = await addUser();
    await database.transaction((transaction) => avatars.set(userId, red, { transaction }));
    const work = database.transaction(async (transaction) => {
      await avatars.remove(userId, { transaction });
      throw new Error("rolled back");
    });
    await expect(work).rejects.toThrow("rolled back");
    expect(await avatars.get(userId)).not.toBeNull();
    await database.transaction((transaction) => avatars.remove(userId, { transaction }));
    expect(await avatars.get(userId)).toBeNull();
    expect(storage.keys.filter((key) => key.includes(userId))).toEqual([]);
  });

  it("is gone when its image is deleted elsewhere", async () => {
    const userId = await addUser();
    const { fileId } = await database.transaction((transaction) =>
      avatars.set(userId, red, { transaction }),
    );
    await store.forUser(userId).images.delete(fileId);
    expect(await avatars.get(userId)).toBeNull();
    expect(await UserAvatar.findByPk(userId)).toMatchObject({ imageId: null });
  });

  it("belongs to a user that is made in the same transaction", async () => {
    const { userId, avatar } = await database.transaction(async (transaction) => {
      const email = `user-${(users += 1)}@example.com`;
      const { id: userId } = await User.create({ email }, { transaction });
      return { userId, avatar: await avatars.set(userId, red, { transaction }) };
    });
    expect(await avatars.get(userId)).toMatchObject({ fileId: avatar.fileId });
  });
});

it("keeps the avatars whose images are there when it begins to refer to them", async () => {
  const userId = await addUser();
  const { fileId } = await database.transaction((transaction) =>
    avatars.set(userId, red, { transaction }),
  );
  const migrations = [...databaseMigrations, ...objectStoreMigrations(), ...userAvatarMigrations];
  const migrator = new Migrator({ database, migrations });
  await migrator.down({ to: "user-avatars/0002-refer-to-images" });
  const gone = await addUser();
  await UserAvatar.create({ userId: gone, imageId: "00000000-0000-7000-8000-000000000000" });
  await migrator.up();
  expect(await UserAvatar.findByPk(userId)).toMatchObject({ imageId: fileId });
  expect(await UserAvatar.findByPk(gone)).toMatchObject({ imageId: null });
});
