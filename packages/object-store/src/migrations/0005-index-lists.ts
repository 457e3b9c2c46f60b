import type { Migration } from "@repo/database";

const TABLES = ["images", "audio"] as const;

/**
 * Lists of one content type, and the search by the start of a name. The lists themselves read
 * `(user_id, id)`, which the tables had from the start.
 */
export const indexLists = (): Migration => ({
  name: "object-store/0005-index-lists",
  async up({ query }) {
    for (const table of TABLES) {
      await query(`
        CREATE INDEX ${table}_user_id_content_type_id ON ${table} (user_id, content_type, id)
          WHERE status = 'ready'
      `);
      await query(`
        CREATE INDEX ${table}_user_id_filename
          ON ${table} (user_id, (original_filename COLLATE "C"))
          WHERE status = 'ready' AND original_filename IS NOT NULL
      `);
    }
  },
  async down({ query }) {
    for (const table of TABLES) {
      await query(`DROP INDEX ${table}_user_id_filename`);
      await query(`DROP INDEX ${table}_user_id_content_type_id`);
    }
  },
});
