import { QueryTypes, type Sequelize, type Transaction } from "sequelize";

/** Which image is whose avatar. */
export interface AvatarRepo {
  /** The id of the user's image, or null. */
  find(userId: string): Promise<string | null>;
  /**
   * Puts another image, or none, in the place of the user's, and gives the one before. Whoever does
   * so at the same time waits until the transaction ends.
   */
  replace(
    userId: string,
    imageId: string | null,
    options: { transaction: Transaction },
  ): Promise<string | null>;
}

/** The rows of `user_avatars`. */
export class SqlAvatarRepo implements AvatarRepo {
  constructor(private readonly database: Sequelize) {}

  async find(userId: string): Promise<string | null> {
    const [row] = await this.database.query<{ imageId: string | null }>(
      `SELECT image_id AS "imageId" FROM user_avatars WHERE user_id = $userId`,
      { bind: { userId }, type: QueryTypes.SELECT, transaction: null },
    );
    return row?.imageId ?? null;
  }

  async replace(
    userId: string,
    imageId: string | null,
    { transaction }: { transaction: Transaction },
  ): Promise<string | null> {
    // There has to be a row to lock before the image of before is read.
    await this.database.query(
      `INSERT INTO user_avatars (user_id) VALUES ($userId) ON CONFLICT DO NOTHING`,
      { bind: { userId }, transaction },
    );
    const [row] = await this.database.query<{ imageId: string | null }>(
      `SELECT image_id AS "imageId" FROM user_avatars WHERE user_id = $userId FOR UPDATE`,
      { bind: { userId }, type: QueryTypes.SELECT, transaction },
    );
    await this.database.query(
      `UPDATE user_avatars SET image_id = $imageId::uuid WHERE user_id = $userId`,
      { bind: { userId, imageId }, transaction },
    );
    return row?.imageId ?? null;
  }
}
