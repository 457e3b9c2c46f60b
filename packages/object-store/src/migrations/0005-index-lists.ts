import type { Migration } from "@repo/database";

import type { Layout } from "../layout.js";

/**
 * Lists of one content type, and the search by the start of a name. The lists themselves read
 * `(user_id, id)`, which the tables had from the start.
 */
export const indexLists = (layout: Layout): Migration => ({
  name: "object-store/0005-index-lists",
  async up({ query }) {
    for (const kind of ["image", "audio"] as const) {
      await query(`
        CREATE INDEX ${layout.part(kind, "user_id_content_type_id")}
          ON ${layout.table(kind)} (user_id, content_type, id)
          WHERE status = 'ready'
      `);
      await query(`
        CREATE INDEX ${layout.part(kind, "user_id_filename")}
          ON ${layout.table(kind)} (user_id, (original_filename COLLATE "C"))
          WHERE status = 'ready' AND original_filename IS NOT NULL
      `);
    }
  },
  async down({ query }) {
    for (const kind of ["image", "audio"] as const) {
      await query(`DROP INDEX ${layout.index(kind, "user_id_filename")}`);
      await query(`DROP INDEX ${layout.index(kind, "user_id_content_type_id")}`);
    }
  },
});
