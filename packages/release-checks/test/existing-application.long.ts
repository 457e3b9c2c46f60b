import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { objectStoreMigrations } from "@repo/object-store/migrations";
import { S3Provider } from "@repo/s3-provider";
import { sizedMedia } from "@repo/sample-media";
import { QueryTypes, Sequelize } from "sequelize";

import { openStore } from "./examples/existing-store.js";
import { feed } from "./examples/feed.js";
import { umzugOf } from "./examples/migrate-with-umzug.js";
import { picturesOfAccounts } from "./examples/picture-statistics.js";
import { definePosts, Post, postsAtLeast } from "./examples/posts.js";
import { startServers } from "./examples/servers.js";

const APPLICATION = fileURLToPath(new URL("examples/sequelize-cli/", import.meta.url));
const SEQUELIZE_CLI = createRequire(import.meta.url).resolve("sequelize-cli/lib/sequelize");

/** In the order of their names. */
const TABLES = [
  "SequelizeMeta",
  "accounts",
  "images",
  "media_audio",
  "media_direct_uploads",
  "media_images",
  "media_journal",
  "media_variant_failures",
  "media_variants",
  "posts",
];

describe("an application that was there before", () => {
  let folder: string;
  let services: Awaited<ReturnType<typeof startServers>>;
  let umzugUrl: string;
  let cliUrl: string;
  const opened: Sequelize[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "existing-"));
    services = await startServers(folder);
    umzugUrl = await createDatabase("umzug");
    cliUrl = await createDatabase("cli");
  });

  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await services.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function open(url: string): Sequelize {
    const define = { paranoid: true, freezeTableName: true, createdAt: "made" };
    const database = new Sequelize(url, { logging: false, define });
    opened.push(database);
    return database;
  }

  async function createDatabase(name: string): Promise<string> {
    await open(services.databaseUrl).query(`CREATE DATABASE ${name}`);
    const url = new URL(services.databaseUrl);
    url.pathname = name;
    return url.href;
  }

  async function tablesIn(database: Sequelize): Promise<unknown[]> {
    const rows = await database.query<{ tablename: string }>(
      `SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename COLLATE "C"`,
      { type: QueryTypes.SELECT },
    );
    return rows.map(({ tablename }) => tablename);
  }

  async function sequelizeCli(command: string): Promise<string> {
    const args = [SEQUELIZE_CLI, command, "--url", cliUrl, "--migrations-path", "migrations"];
    const options = { cwd: APPLICATION, env: { ...process.env, NODE_OPTIONS: "" } };
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    return stdout;
  }

  it("migrates with its own umzug, down and up again", async () => {
    const database = open(umzugUrl);
    const umzug = umzugOf(database);
    const names = objectStoreMigrations().map(({ name }) => name);
    const all = ["2020-create-accounts", ...names, "2027-create-posts"];
    expect((await umzug.up()).map(({ name }) => name)).toEqual(all);
    expect(await tablesIn(database)).toEqual(TABLES);
    await umzug.down({ to: "object-store/0001-create-images" });
    expect(await tablesIn(database)).toEqual(["SequelizeMeta", "accounts", "images"]);
    expect((await umzug.up()).map(({ name }) => name)).toEqual(all.slice(1));
  });

  it("shows a file for sequelize-cli that names all migrations", async () => {
    const path = join(APPLICATION, "migrations/20270101000000-object-store.js");
    const [, to] = /to: "(.+)"/.exec(await readFile(path, "utf8")) ?? [];
    expect(to).toBe(objectStoreMigrations().at(-1)?.name);
  });

  it("migrates with sequelize-cli, down and up again", async () => {
    const database = open(cliUrl);
    await sequelizeCli("db:migrate");
    expect(await tablesIn(database)).toEqual(TABLES);
    expect(await sequelizeCli("db:migrate:undo:all")).toContain("20270101000000-object-store");
    expect(await tablesIn(database)).toEqual(["SequelizeMeta"]);
    await sequelizeCli("db:migrate");
  }, 300_000);

  it("refers to files, joins them, and shows those of many owners", async () => {
    const database = open(cliUrl);
    const s3 = new S3Provider({ bucket: "media", client: services.s3 });
    const { store, maintenance } = openStore(database, s3);
    const ada = store.forUser(1);
    const grace = store.forUser(2);
    const body = await buffer(sizedMedia("png", 65_536));
    const first = (await ada.images.upload({ body })).file;
    const second = (await grace.images.upload({ body })).file;
    definePosts(database);
    await Post.create({ title: "First", pictureId: first.id });
    await Post.create({ title: "Second", pictureId: second.id });
    await Post.create({ title: "Third", pictureId: null });

    const [post, ...others] = await postsAtLeast(first.width);
    expect([post, ...others].map((each) => each?.title)).toEqual(["Second", "First"]);
    expect(post?.picture).toMatchObject({ id: second.id, userId: 2, width: second.width });
    expect(await postsAtLeast(first.width + 1)).toEqual([]);

    expect(await picturesOfAccounts(database)).toEqual([
      { name: "ada", pictures: 1 },
      { name: "grace", pictures: 1 },
    ]);

    const shown = await feed(store);
    expect(shown.map(({ title }) => title)).toEqual(["Third", "Second", "First"]);
    expect(shown[0]?.url).toBeUndefined();
    expect((await fetch(String(shown[1]?.url))).status).toBe(200);

    expect(await maintenance.eraseUser(2)).toMatchObject({ complete: true });
    expect((await feed(store)).filter(({ url }) => url !== undefined)).toHaveLength(1);
    await store.close();
    s3.destroy();
  });
});
