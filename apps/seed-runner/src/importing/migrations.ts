import type { Migration } from "@repo/database";

/**
 * What was imported from where. The path is indexed by its SHA-256, as an index entry holds less
 * than a path may have.
 */
const createSeedImports: Migration = {
  name: "seed-runner/0001-create-seed-imports",
  async up({ query }) {
    await query(`
      CREATE TABLE seed_imports (
        path_sha256 bytea NOT NULL CHECK (octet_length(path_sha256) = 32),
        owner_id uuid REFERENCES users (id) ON DELETE CASCADE,
        path text NOT NULL,
        sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
        kind text NOT NULL CHECK (kind IN ('image', 'audio')),
        file_id uuid NOT NULL,
        imported_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT seed_imports_path_owner UNIQUE NULLS NOT DISTINCT (path_sha256, owner_id)
      )
    `);
    await query(`CREATE INDEX seed_imports_owner_id ON seed_imports (owner_id)`);
  },
  async down({ query }) {
    await query(`DROP TABLE seed_imports`);
  },
};

/** The tables of this program, to be made after those of users. */
export const seedMigrations: readonly Migration[] = [createSeedImports];
