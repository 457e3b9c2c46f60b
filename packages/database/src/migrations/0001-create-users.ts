import type { Migration } from "../migrator/migration.js";

export const createUsers: Migration = {
  name: "database/0001-create-users",

  async up({ query }) {
    await query(`
      CREATE TABLE users (
        id uuid PRIMARY KEY,
        email text NOT NULL
          CONSTRAINT users_email_not_blank CHECK (email ~ '\\S')
          CONSTRAINT users_email_length CHECK (char_length(email) <= 254),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )
    `);
    await query("CREATE UNIQUE INDEX users_email_key ON users (lower(email))");
  },

  async down({ query }) {
    await query("DROP TABLE users");
  },
};
