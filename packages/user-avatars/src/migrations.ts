import type { Migration } from "@repo/database";

/**
 * Which image is whose avatar; none for a user that has none any more. The image is deleted by this
 * module, never by the database, which does not know the bucket.
 */
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

/** The table of this module, to be made after those of users and of the object store. */
export const userAvatarMigrations: readonly Migration[] = [createUserAvatars];
