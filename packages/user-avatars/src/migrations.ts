import type { Migration } from "@repo/database";

/** Which image is whose avatar; none for a user that has none any more. */
const createUserAvatars: Migration = {
  name: "user-avatars/0001-create-user-avatars",
  async up({ query }) {
    await query(`
      CREATE TABLE user_avatars (
        user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
        image_id uuid
      )
    `);
  },
  async down({ query }) {
    await query(`DROP TABLE user_avatars`);
  },
};

/** An image that is deleted is nobody's avatar any more. */
const referToImages: Migration = {
  name: "user-avatars/0002-refer-to-images",
  async up({ query }) {
    await query(`
      UPDATE user_avatars SET image_id = NULL
      WHERE NOT EXISTS (SELECT FROM images WHERE images.id = user_avatars.image_id)
    `);
    await query(`
      ALTER TABLE user_avatars ADD CONSTRAINT user_avatars_image_id_fkey
        FOREIGN KEY (image_id) REFERENCES images (id) ON DELETE SET NULL
    `);
    await query(`CREATE INDEX user_avatars_image_id ON user_avatars (image_id)`);
  },
  async down({ query }) {
    await query(`DROP INDEX user_avatars_image_id`);
    await query(`ALTER TABLE user_avatars DROP CONSTRAINT user_avatars_image_id_fkey`);
  },
};

/** The table of this module, to be made after those of users and of the object store. */
export const userAvatarMigrations: readonly Migration[] = [createUserAvatars, referToImages];
