import { randomUUID } from "node:crypto";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createDatabase, databaseMigrations, Migrator } from "@repo/database";
import { QueryTypes } from "sequelize";
import type { Sequelize } from "sequelize-typescript";
import { v7 as uuidv7 } from "uuid";

import { objectStoreMigrations } from "../../src/migrations.js";
import { poolerOf, services, urlOf } from "../support/services.js";

const CREATE = "object-store/0001-create-images";
const OPEN = "object-store/0002-open-images-to-the-system";
const AUDIO = "object-store/0003-create-audio";
const DIRECT = "object-store/0006-create-direct-uploads";
const JOURNAL = "object-store/0007-create-journal";
const KEYS = "object-store/0008-let-keys-change";

let admin: Sequelize;
let database: Sequelize;
let name: string;
let migrator: Migrator;

beforeEach(async () => {
  const { adminUrl } = services().postgres;
  admin = createDatabase({ url: adminUrl });
  name = `migrations_${randomUUID().replaceAll("-", "")}`;
  await admin.query(`CREATE DATABASE ${name} STRATEGY file_copy`);
  database = createDatabase({ url: urlOf(name), ...poolerOf() });
  migrator = new Migrator({
    database,
    migrations: [...databaseMigrations, ...objectStoreMigrations()],
    ...poolerOf(),
  });
});

afterEach(async () => {
  await database.close();
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.close();
});

async function addUser(): Promise<string> {
  const id = uuidv7();
  await database.query(
    `INSERT INTO users (id, email, created_at, updated_at) VALUES ('${id}', '${id}@example.com', now(), now())`,
  );
  return id;
}

/** An image as a release of that age stored it. */
async function addImage(
  userId: string | null,
  columns: Record<string, string> = {},
): Promise<string> {
  const id = uuidv7();
  const owner = userId === null ? "system" : `users/${userId}`;
  const values: Record<string, string> = {
    id: `'${id}'`,
    user_id: userId === null ? "NULL" : `'${userId}'`,
    s3_key: `'images/${owner}/${id}.jpg'`,
    original_filename: `'cat.jpg'`,
    content_type: `'image/jpeg'`,
    byte_size: "1234",
    sha256: `decode('${"ab".repeat(32)}', 'hex')`,
    width: "10",
    height: "20",
    orientation: "1",
    page_count: "1",
    has_alpha: "false",
    created_at: "now()",
    updated_at: "now()",
    ...((await hasStatus()) && { status: `'ready'` }),
    ...columns,
  };
  await database.query(
    `INSERT INTO images (${Object.keys(values).join(", ")}) VALUES (${Object.values(values).join(", ")})`,
  );
  return id;
}

/** Whether images of that age have a status, as they had before the journal. */
async function hasStatus(): Promise<boolean> {
  const columns = await database.query(
    `SELECT FROM information_schema.columns WHERE table_name = 'images' AND column_name = 'status'`,
    { type: QueryTypes.SELECT },
  );
  return columns.length > 0;
}

function images(): Promise<Record<string, unknown>[]> {
  return database.query(
    `SELECT id, user_id, s3_key, original_filename, byte_size, encode(sha256, 'hex') AS sha256,
            width, height
     FROM images ORDER BY id`,
    { type: QueryTypes.SELECT },
  );
}

async function addUnfinishedAudio(userId: string, lease: string): Promise<void> {
  const id = uuidv7();
  await database.query(
    `INSERT INTO audio
       (id, user_id, s3_key, content_type, status, lease_expires_at, created_at, updated_at)
     VALUES ('${id}', '${userId}', 'audio/users/${userId}/${id}.mp3', 'audio/mpeg', 'pending',
       ${lease}, now(), now())`,
  );
}

/** Those of the time before the journal. */
function unfinishedRows(): Promise<unknown[]> {
  const columns = `id, user_id, s3_key, content_type, status, lease_expires_at, idempotency_key,
    created_at, updated_at`;
  return database.query(
    `SELECT ${columns} FROM images WHERE status <> 'ready'
     UNION ALL SELECT ${columns} FROM audio WHERE status <> 'ready' ORDER BY lease_expires_at`,
    { type: QueryTypes.SELECT },
  );
}

async function schema(): Promise<unknown> {
  return database.query(
    `SELECT table_name, column_name, data_type, is_nullable, column_default
     FROM information_schema.columns WHERE table_schema = 'public'
     UNION ALL
     SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', NULL
     FROM pg_constraint WHERE connamespace = 'public'::regnamespace
     UNION ALL
     SELECT tablename, indexname, indexdef, '', NULL FROM pg_indexes WHERE schemaname = 'public'
     ORDER BY 1, 2, 3`,
    { type: QueryTypes.SELECT },
  );
}

it("refuses a database that is not UTF-8, and says how to create one", async () => {
  await database.close();
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0`);
  database = createDatabase({ url: urlOf(name), ...poolerOf() });
  const migrations = [...databaseMigrations, ...objectStoreMigrations()];
  await expect(new Migrator({ database, migrations, ...poolerOf() }).up()).rejects.toThrow(
    /encoding SQL_ASCII, and the object store needs UTF8.*ENCODING 'UTF8'/,
  );
});

describe("the migrations", () => {
  it("keep every row of the oldest schema on the way up, down and up again", async () => {
    await migrator.up({ to: CREATE });
    const userId = await addUser();
    await addImage(userId, { category: "'avatar'" });
    await addImage(userId, { category: "'cover'" });
    const original = await images();
    expect(original).toHaveLength(2);

    await migrator.up();
    expect(await images()).toEqual(original);

    await migrator.down({ to: OPEN });
    expect(await images()).toEqual(original);
    await expect(addImage(null, { category: "'x'" })).rejects.toThrow(/user_id/);

    await migrator.up();
    expect(await images()).toEqual(original);
    await addImage(null);
    expect(await images()).toHaveLength(3);
  });

  it("end in the same schema after going down and up again", async () => {
    await migrator.up();
    const before = await schema();
    await migrator.down({ to: CREATE });
    await migrator.up();
    expect(await schema()).toEqual(before);
  });

  it("refuse a step back that would lose files", async () => {
    await migrator.up();
    await addImage(null);
    await migrator.down({ to: AUDIO });
    await expect(migrator.down({ to: OPEN })).rejects.toThrow(OPEN);
    expect(await images()).toHaveLength(1);
  });

  it("refuse rows that break the rules", async () => {
    await migrator.up();
    const userId = await addUser();
    const broken: [Record<string, string>, RegExp][] = [
      [{ s3_key: "'images/system/other.jpg'" }, /s3_key_form/],
      [{ s3_key: `'images/users/${uuidv7()}/x.jpg'` }, /s3_key_form/],
      [{ width: "NULL" }, /width/],
      [{ sha256: "NULL" }, /sha256/],
      [{ sha256: "'\\x00'" }, /sha256/],
      [{ byte_size: "0" }, /byte_size/],
      [{ byte_size: "104857601" }, /byte_size/],
      [{ orientation: "9" }, /orientation/],
      [{ height: "0" }, /height/],
      [{ content_type: "'image/svg+xml'" }, /content_type/],
      [{ user_id: `'${uuidv7()}'` }, /s3_key_form|user_id/],
    ];
    for (const [columns, constraint] of broken) {
      await expect(addImage(userId, columns)).rejects.toThrow(constraint);
    }
    await expect(addImage(userId)).resolves.toEqual(expect.any(String));
  });

  it("free the idempotency keys of files that are being deleted, and no others", async () => {
    await migrator.up({ to: AUDIO });
    const userId = await addUser();
    await addImage(userId, {
      status: "'deleting'",
      lease_expires_at: "now()",
      idempotency_key: "'gone'",
    });
    await addImage(userId, { idempotency_key: "'kept'" });
    await migrator.up();
    expect(
      await database.query(
        `SELECT purpose, idempotency_key FROM object_store_journal
         UNION ALL SELECT 'file', idempotency_key FROM images`,
        { type: QueryTypes.SELECT },
      ),
    ).toEqual([
      { purpose: "removal", idempotency_key: null },
      { purpose: "file", idempotency_key: "kept" },
    ]);
  });

  it("move what is unfinished to the journal, back on the way down, and there again", async () => {
    await migrator.up({ to: DIRECT });
    const userId = await addUser();
    const unfinished = {
      ...{ byte_size: "NULL", sha256: "NULL", width: "NULL", height: "NULL", orientation: "NULL" },
      ...{ page_count: "NULL", has_alpha: "NULL", original_filename: "NULL" },
    };
    const at = (minute: number): string => `timestamptz '2026-11-29 12:0${minute}Z'`;
    const pending = { ...unfinished, status: "'pending'", idempotency_key: "'k'" };
    const ids = [
      await addImage(userId),
      await addImage(userId, { ...pending, lease_expires_at: at(1) }),
      await addImage(null, { ...unfinished, status: "'deleting'", lease_expires_at: at(2) }),
      await addImage(userId, { status: "'deleting'", lease_expires_at: at(3) }),
    ];
    await addUnfinishedAudio(userId, at(4));
    const before = await unfinishedRows();
    expect(before).toHaveLength(4);

    const journalled = async (): Promise<unknown> =>
      database.query(
        `SELECT kind, purpose, user_id, idempotency_key, lease_expires_at, settled_at, s3_key
         FROM object_store_journal ORDER BY lease_expires_at`,
        { type: QueryTypes.SELECT },
      );
    await migrator.up();
    expect((await images()).map(({ id }) => id)).toEqual([ids[0]]);
    const entries = await journalled();
    const [first, ...others] = ids.slice(1).map((id) => expect.stringContaining(`/${id}.jpg`));
    const entry = { kind: "image", purpose: "removal", user_id: userId, idempotency_key: null };
    expect(entries).toMatchObject([
      { ...entry, purpose: "upload", idempotency_key: "k", s3_key: first },
      { ...entry, user_id: null, s3_key: others[0] },
      { ...entry, s3_key: others[1] },
      { ...entry, kind: "audio", purpose: "upload", s3_key: expect.stringMatching(/^audio/) },
    ]);

    await migrator.down({ to: JOURNAL });
    expect(await unfinishedRows()).toEqual(before);
    await migrator.up();
    expect(await journalled()).toEqual(entries);
  });

  it("say what to do where a foreign key refuses, and change nothing then", async () => {
    await migrator.up({ to: DIRECT });
    const deleting = { status: "'deleting'", lease_expires_at: "now()" };
    const userId = await addUser();
    const id = await addImage(userId, deleting);
    await database.query(
      `CREATE TABLE posts (image_id uuid CONSTRAINT posts_image REFERENCES images (id)
         DEFERRABLE INITIALLY DEFERRED);
       INSERT INTO posts VALUES ('${id}')`,
    );
    await expect(migrator.up()).rejects.toThrow(/Rows of posts refer.*posts_image.*set their/);
    expect(await images()).toHaveLength(1);
    await database.query("DROP TABLE posts");
    await migrator.up();
    expect(await images()).toEqual([]);

    await database.query(`DELETE FROM users WHERE id = '${userId}'`);
    await expect(migrator.down({ to: JOURNAL })).rejects.toThrow(/owner is gone.*sweep until/);
  });

  it("free a key of an upload that a file has, on the way down", async () => {
    await migrator.up();
    const userId = await addUser();
    await addImage(userId, { idempotency_key: "'k'" });
    const id = uuidv7();
    await database.query(
      `INSERT INTO object_store_journal (id, kind, user_id, s3_key, purpose, lease_expires_at,
         settled_at, idempotency_key, created_at, updated_at)
       VALUES ('${id}', 'image', '${userId}', 'images/users/${userId}/${id}.png', 'upload', now(),
         now(), 'k', now(), now())`,
    );
    await migrator.down({ to: JOURNAL });
    expect(await unfinishedRows()).toMatchObject([{ id, idempotency_key: null }]);
  });

  it("keep a staged object that waits for its removal on the way down", async () => {
    await migrator.up();
    const id = uuidv7();
    const key = `staging/system/${id}.upload`;
    await database.query(
      `INSERT INTO object_store_journal
         (id, kind, s3_key, purpose, lease_expires_at, settled_at, created_at, updated_at)
       VALUES ('${id}', 'direct_upload', '${key}', 'removal', now(), now(), now(), now())`,
    );
    await migrator.down({ to: JOURNAL });
    expect(
      await database.query("SELECT id, status, s3_key FROM direct_uploads", {
        type: QueryTypes.SELECT,
      }),
    ).toEqual([{ id, status: "deleting", s3_key: key }]);
  });

  it("let a file have a key that its id is not part of, and refuse the step back while one has", async () => {
    await migrator.up();
    const userId = await addUser();
    const key = `images/users/${userId}/${uuidv7()}.png`;
    const id = await addImage(userId, { s3_key: `'${key}'` });
    await expect(migrator.down({ to: KEYS })).rejects.toThrow(/images_s3_key_form/);
    expect(await images()).toMatchObject([{ id, s3_key: key }]);
    await database.query(`UPDATE images SET s3_key = 'images/users/${userId}/${id}.jpg'`);
    await migrator.down({ to: KEYS });
    await migrator.up();
    expect(await images()).toHaveLength(1);
  });

  it("never let a user be deleted while files are left", async () => {
    await migrator.up();
    const userId = await addUser();
    await addImage(userId);
    await expect(database.query(`DELETE FROM users WHERE id = '${userId}'`)).rejects.toThrow(
      /foreign key/,
    );
  });

  it("refer to the owner's table that the application names", async () => {
    const custom = new Migrator({
      database,
      migrations: objectStoreMigrations({
        owner: { schema: "app", table: 'the "people"', column: "pid" },
      }),
      ...poolerOf(),
    });
    await database.query(`CREATE SCHEMA app`);
    await database.query(`CREATE TABLE app."the ""people""" (pid uuid PRIMARY KEY)`);
    await custom.up();
    await expect(addImage(uuidv7())).rejects.toThrow(/foreign key/);
    const pid = uuidv7();
    await database.query(`INSERT INTO app."the ""people""" VALUES ('${pid}')`);
    await expect(addImage(pid)).resolves.toEqual(expect.any(String));
  });

  it("need no owner's table when the application has none", async () => {
    const migrations = objectStoreMigrations({ owner: null });
    await new Migrator({ database, migrations, ...poolerOf() }).up();
    await expect(addImage(uuidv7())).resolves.toEqual(expect.any(String));
  });
});
