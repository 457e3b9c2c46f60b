import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
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
import { tables } from "./examples/existing-tables.js";
import { feed } from "./examples/feed.js";
import { umzugOf } from "./examples/migrate-with-umzug.js";
import { picturesOfAccounts } from "./examples/picture-statistics.js";
import { definePosts, Post, postsAtLeast } from "./examples/posts.js";
import { startServers } from "./examples/servers.js";

const APPLICATION = fileURLToPath(new URL("examples/sequelize-cli/", import.meta.url));
const SEQUELIZE_CLI = createRequire(import.meta.url).resolve("sequelize-cli/lib/sequelize");
const UMZUG = fileURLToPath(new URL("examples/umzug/", import.meta.url));
const PROGRAMS = fileURLToPath(new URL("../node_modules/.bin", import.meta.url));
const OPERATIONS = new URL("../../../docs/operations.md", import.meta.url);

/** The layout of the examples, for `object-store-admin`. */
const VARIABLES = {
  OWNER_TABLE: "accounts.id",
  OWNER_TYPE: "integer",
  TABLE_NAMES: JSON.stringify(tables.tables),
};

/** In the order of their names. */
const MODULE = [
  "media_audio",
  "media_direct_uploads",
  "media_events",
  "media_grants",
  "media_images",
  "media_journal",
  "media_usage",
  "media_variant_failures",
  "media_variants",
];
const TABLES = ["SequelizeMeta", "accounts", "images", ...MODULE, "posts"];

const ACCOUNTS = "CREATE TABLE accounts (id serial PRIMARY KEY);";

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
    return urlOf(name);
  }

  function urlOf(name: string): string {
    const url = new URL(services.databaseUrl);
    url.pathname = name;
    return url.href;
  }

  /** Runs a program with the installed ones in its path. */
  async function run(
    command: string,
    args: readonly string[],
    settings = {},
    cwd = folder,
  ): Promise<string> {
    const path = `${PROGRAMS}:${String(process.env["PATH"])}`;
    const env = { ...process.env, NODE_OPTIONS: "", PATH: path, ...settings };
    const { stdout } = await promisify(execFile)(command, args, { cwd, env });
    return stdout;
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
    return run(process.execPath, args, {}, APPLICATION);
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

  it("migrates with an umzug that finds files, down and up again", async () => {
    const url = await createDatabase("files");
    const umzug = (...args: string[]) =>
      run(process.execPath, [join(UMZUG, "migrate.js"), ...args], { DATABASE_URL: url });
    await umzug("up");
    const all = TABLES.filter((name) => name !== "images" && name !== "posts");
    expect(await tablesIn(open(url))).toEqual(all);
    await umzug("down");
    expect(await tablesIn(open(url))).toEqual(["SequelizeMeta", "accounts"]);
    await umzug("up");
    expect(await tablesIn(open(url))).toEqual(all);
  });

  describe("as SQL", () => {
    let file: string;
    let pipe: string;

    beforeAll(async () => {
      const [, section = ""] = (await readFile(OPERATIONS, "utf8")).split("### Migrations as SQL");
      const blocks = section.matchAll(/^```sh\n([^]*?)^```$/gm);
      [file = "", pipe = ""] = [...blocks].map(([, lines = ""]) => lines);
    });

    it("migrates with dbmate, down and up again", async () => {
      const database = open(await createDatabase("dbmate"));
      const url = `${urlOf("dbmate")}?sslmode=disable`;
      const project = join(folder, "dbmate");
      await mkdir(join(project, "db/migrations"), { recursive: true });
      const own = `-- migrate:up\n${ACCOUNTS}\n-- migrate:down\nDROP TABLE accounts;\n`;
      await writeFile(join(project, "db/migrations/20200101000000_accounts.sql"), own);
      await run("bash", ["-euo", "pipefail", "-c", file], VARIABLES, project);
      const dbmate = (command: string) =>
        run("dbmate", ["--no-dump-schema", command], { DATABASE_URL: url }, project);
      await dbmate("up");
      expect(await tablesIn(database)).toEqual(["accounts", ...MODULE, "schema_migrations"]);
      await dbmate("rollback");
      expect(await tablesIn(database)).toEqual(["accounts", "schema_migrations"]);
      await dbmate("up");
      expect(await tablesIn(database)).toEqual(["accounts", ...MODULE, "schema_migrations"]);
    });

    it("migrates with psql", async () => {
      const database = open(await createDatabase("psql"));
      await database.query(ACCOUNTS);
      const variables = { ...VARIABLES, DATABASE_URL: urlOf("psql") };
      await run("bash", ["-euo", "pipefail", "-c", pipe], variables);
      expect(await tablesIn(database)).toEqual(["accounts", ...MODULE]);
    });
  });

  it.each([
    ["sequelize-cli", APPLICATION, "20270101000000-object-store.js"],
    ["umzug", UMZUG, "2027-01-01-object-store.js"],
  ])("shows a file for %s that names all migrations", async (_tool, application, file) => {
    const text = await readFile(join(application, "migrations", file), "utf8");
    const [, to] = /to: "(.+)"/.exec(text) ?? [];
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
