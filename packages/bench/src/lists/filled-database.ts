import { createDatabase, databaseMigrations, Migrator } from "@repo/database";
import { recipeDigest } from "@repo/media-processing";
import { objectStoreMigrations } from "@repo/object-store/migrations";
import { QueryTypes } from "sequelize";

/** Files of each owner; their rows lie between those of all others, as when all upload at once. */
export const FILES_PER_OWNER = 100_000;

/** The second owner; the first one is the system. */
export const HEAVY_USER = userId(1);

/** The recipes of the variants that files may have. */
export const RECIPES = {
  thumb: { width: 320, height: 320, format: "webp" },
  page: { width: 1600, format: "webp" },
} as const;

/** Whose URLs a page shows. */
export const LISTED_RECIPE = "thumb";

/** What a database holds. */
export interface Filling {
  /** Images. */
  readonly rows: number;
  /** Whether each has a variant of every recipe. */
  readonly hasVariants?: boolean;
}

const HOUR_MS = 3_600_000;
const INDEXES = [
  ["images_user_id_until_id", "(user_id, restorable_until, id)"],
  ["images_user_id_type_until_id", "(user_id, content_type, restorable_until, id)"],
  [
    "images_user_id_filename",
    `(user_id, (original_filename COLLATE "C"))
     WHERE original_filename IS NOT NULL`,
  ],
] as const;

/**
 * A database of its own, which the first who asks for it fills.
 *
 * @returns its URL
 */
export async function filledDatabase(serverUrl: string, filling: Filling): Promise<string> {
  const { rows, hasVariants = false } = filling;
  const name = `lists_${rows}${hasVariants ? "_variants" : ""}`;
  const url = new URL(serverUrl);
  const server = createDatabase({ url: serverUrl });
  try {
    const known = await server.query("SELECT 1 FROM pg_database WHERE datname = $1", {
      bind: [name],
      type: QueryTypes.SELECT,
    });
    url.pathname = `/${name}`;
    if (known.length > 0) return url.href;
    await server.query(`CREATE DATABASE ${name}`);
    await fill(url.href, rows);
    if (hasVariants) await addVariants(url.href);
    return url.href;
  } finally {
    await server.close();
  }
}

/** Indexes come after the rows, and without the foreign keys to them: several times as fast. */
async function fill(url: string, rows: number): Promise<void> {
  const database = createDatabase({ url, statementTimeoutMs: HOUR_MS, pool: { max: 1 } });
  try {
    const migrations = [...databaseMigrations, ...objectStoreMigrations()];
    await new Migrator({ database, migrations }).up();
    const owners = rows / FILES_PER_OWNER;
    await database.query(
      `INSERT INTO users (id, email) SELECT ${USER_ID}, n || '@example.com'
       FROM generate_series(1, ${owners - 1}) AS n`,
    );
    for (const [index] of INDEXES) await database.query(`DROP INDEX ${index}`);
    await database.query(`
      ALTER TABLE images DROP CONSTRAINT images_pkey CASCADE, DROP CONSTRAINT images_s3_key_key;
      SET session_replication_role = replica;
      SET maintenance_work_mem = '512MB';
    `);
    await database.query(`
      INSERT INTO images (id, user_id, s3_key, original_filename, content_type, byte_size, sha256,
        width, height, orientation, page_count, has_alpha, created_at, updated_at)
      SELECT id, user_id, 'images/' || coalesce('users/' || user_id, 'system') || '/' || id || '.jpg',
        'holiday ' || row || '.jpg', 'image/jpeg', 123456, decode(repeat('ab', 32), 'hex'),
        4032, 3024, 1, 1, false, created_at, created_at
      FROM (
        SELECT row,
          (encode(substring(int8send(1709164800000 + row) FROM 3), 'hex')
            || '7' || substr(md5(row::text), 1, 3) || '8' || substr(md5(row::text), 4, 15))::uuid AS id,
          CASE WHEN row % ${owners} > 0 THEN (SELECT ${USER_ID} FROM (SELECT row % ${owners} AS n) AS o) END
            AS user_id,
          timestamptz '2024-02-29' + row * interval '1 ms' AS created_at
        FROM generate_series(0, ${rows - 1}) AS row
      ) AS made
    `);
    await database.query(`
      ALTER TABLE images
        ADD CONSTRAINT images_pkey PRIMARY KEY (id),
        ADD CONSTRAINT images_s3_key_key UNIQUE (s3_key)
    `);
    for (const [index, columns] of INDEXES) {
      await database.query(`CREATE INDEX ${index} ON images ${columns}`);
    }
    await database.query("VACUUM (ANALYZE) images");
    await database.query("CHECKPOINT");
  } finally {
    await database.close();
  }
}

async function addVariants(url: string): Promise<void> {
  const database = createDatabase({ url, statementTimeoutMs: HOUR_MS, pool: { max: 1 } });
  try {
    await database.query("SET session_replication_role = replica");
    for (const [recipe, options] of Object.entries(RECIPES)) {
      await database.query(
        `INSERT INTO media_variants (id, image_id, user_id, s3_key, recipe, digest, content_type,
          byte_size, sha256, width, height, page_count, created_at, updated_at)
        SELECT variant, id, user_id,
          'variants/' || coalesce('users/' || user_id, 'system') || '/' || id || '/' || variant || '.webp',
          $1, $2, 'image/webp', 12345, sha256, 320, 320, 1, created_at, created_at
        FROM (SELECT *, gen_random_uuid() AS variant FROM images) AS files`,
        { bind: [recipe, recipeDigest(options)] },
      );
    }
    await database.query("VACUUM (ANALYZE) media_variants");
    await database.query("CHECKPOINT");
  } finally {
    await database.close();
  }
}

const USER_ID = `('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid`;

function userId(n: number): string {
  return `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
}
