import type { Migration } from "@repo/database";

import { MEDIA_KINDS } from "../kinds.js";
import type { Layout } from "../layout.js";

/**
 * Lists pass over no file in the trash, however many there are. Apart from the migration that adds the
 * column, whose lock would keep readers waiting while the indexes are built.
 */
export const indexTrash = (layout: Layout): Migration => ({
  name: "object-store/0016-index-trash",
  async up({ query }) {
    for (const kind of MEDIA_KINDS) {
      const table = layout.table(kind);
      const index = (name: string): string =>
        `CREATE INDEX IF NOT EXISTS ${layout.part(kind, name)} ON ${table}`;
      await query(`${index("user_id_until_id")} (user_id, restorable_until, id)`);
      await query(`
        ${index("user_id_type_until_id")} (user_id, content_type, restorable_until, id)
      `);
      await query(`${index("trash")} (user_id, id) WHERE restorable_until IS NOT NULL`);
      await query(`
        ${index("trash_until")} (restorable_until, id) WHERE restorable_until IS NOT NULL
      `);
    }
    for (const kind of MEDIA_KINDS) {
      await query(`
        DROP INDEX ${layout.index(kind, "user_id_id")},
          ${layout.index(kind, "user_id_content_type_id")}
      `);
    }
  },
  async down({ query }) {
    for (const kind of MEDIA_KINDS) {
      const table = layout.table(kind);
      await query(`CREATE INDEX ${layout.part(kind, "user_id_id")} ON ${table} (user_id, id)`);
      await query(`
        CREATE INDEX ${layout.part(kind, "user_id_content_type_id")}
          ON ${table} (user_id, content_type, id)
      `);
    }
    for (const kind of MEDIA_KINDS) {
      const names = ["user_id_until_id", "user_id_type_until_id", "trash", "trash_until"];
      await query(`DROP INDEX ${names.map((name) => layout.index(kind, name)).join(", ")}`);
    }
  },
});
