import { type Migration, User } from "@repo/database";
import { FileInUseError, type MediaBody } from "@repo/object-store";
import { userAvatars } from "@repo/user-avatars";

import type { App } from "./open-app.js";

/** Episodes may share a cover. */
export const createEpisodeCovers: Migration = {
  name: "podcasts/0001-create-episode-covers",
  async up({ query }) {
    await query(`
      CREATE TABLE episode_covers (
        episode_id uuid PRIMARY KEY,
        image_id uuid NOT NULL REFERENCES images (id)
      )
    `);
    await query(`CREATE INDEX episode_covers_image_id ON episode_covers (image_id)`);
  },
  async down({ query }) {
    await query(`DROP TABLE episode_covers`);
  },
};

/** The user, the file and the avatar: all of them are there after the commit, or none. */
export async function signUpWithPicture(app: App, email: string, body: MediaBody): Promise<string> {
  return app.database.transaction(async (transaction) => {
    const user = await User.create({ email }, { transaction });
    await userAvatars(app).set(user.id, body, { transaction });
    return user.id;
  });
}

/** Your own row first, as it refers to the file; then the file, unless another row needs it. */
export async function removeCover(app: App, hostId: string, episodeId: string) {
  const { images } = app.store.forUser(hostId);
  await app.database.transaction(async (transaction) => {
    const [[cover]] = (await app.database.query(
      "DELETE FROM episode_covers WHERE episode_id = $1 RETURNING image_id",
      { bind: [episodeId], transaction },
    )) as [{ image_id: string }[], unknown];
    if (cover === undefined) return;
    try {
      await images.delete(cover.image_id, { transaction });
    } catch (error) {
      // Another episode has it: the file stays, and this transaction goes on.
      if (!(error instanceof FileInUseError)) throw error;
    }
  });
}
