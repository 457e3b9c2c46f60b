import type { Migration } from "@repo/database";

import type { Layout } from "../layout.js";
import { ownerSegment } from "./owner-sql.js";
import { refuseUnlessEmpty } from "./refuse-unless-empty.js";

const EXTENSION = `
  CASE content_type
    WHEN 'image/jpeg' THEN '.jpg'
    WHEN 'image/png' THEN '.png'
    WHEN 'image/webp' THEN '.webp'
    WHEN 'image/gif' THEN '.gif'
  END
`;

/** Files without an owner become possible, and categories go. Every row is kept. */
export const openImagesToTheSystem = (layout: Layout): Migration => ({
  name: "object-store/0002-open-images-to-the-system",
  async up({ query }) {
    await query(`
      ALTER TABLE ${layout.table("image")}
        DROP COLUMN category,
        ALTER COLUMN user_id DROP NOT NULL,
        DROP CONSTRAINT ${layout.part("image", "s3_key_form")},
        ADD CONSTRAINT ${layout.part("image", "s3_key_form")} CHECK (
          s3_key = 'images/' || coalesce('users/' || ${ownerSegment(layout)}, 'system')
            || '/' || id::text || ${EXTENSION}
        )
    `);
  },
  async down({ query }) {
    await query(refuseUnlessEmpty(layout, "image", "user_id IS NULL"));
    await query(`
      ALTER TABLE ${layout.table("image")}
        ADD COLUMN category text NOT NULL DEFAULT 'uncategorized' CHECK (category <> ''),
        ALTER COLUMN user_id SET NOT NULL,
        DROP CONSTRAINT ${layout.part("image", "s3_key_form")},
        ADD CONSTRAINT ${layout.part("image", "s3_key_form")} CHECK (
          s3_key = 'images/users/' || ${ownerSegment(layout)} || '/' || id::text || ${EXTENSION}
        )
    `);
    await query(`ALTER TABLE ${layout.table("image")} ALTER COLUMN category DROP DEFAULT`);
  },
});
