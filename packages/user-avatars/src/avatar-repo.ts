import type { Transaction } from "sequelize";
import type { Sequelize } from "sequelize-typescript";

import { UserAvatar } from "./user-avatar.model.js";

/** Which image is whose avatar. */
export interface AvatarRepo {
  /** The id of the user's image, or null. */
  find(userId: string, options?: { transaction?: Transaction }): Promise<string | null>;
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
  readonly #model: typeof UserAvatar;

  constructor(database: Sequelize) {
    // Of its own: Sequelize binds a class to the connection that it was last added to.
    this.#model = class extends UserAvatar {};
    database.addModels([this.#model]);
  }

  async find(userId: string, options: { transaction?: Transaction } = {}): Promise<string | null> {
    const avatar = await this.#model.findByPk(userId, options);
    return avatar?.imageId ?? null;
  }

  async replace(
    userId: string,
    imageId: string | null,
    { transaction }: { transaction: Transaction },
  ): Promise<string | null> {
    // There has to be a row to lock before the image of before is read.
    const none = { userId, imageId: null };
    await this.#model.bulkCreate([none], { ignoreDuplicates: true, transaction });
    const lock = transaction.LOCK.UPDATE;
    const avatar = await this.#model.findByPk(userId, { lock, transaction, rejectOnEmpty: true });
    const previous = avatar.imageId;
    await avatar.update({ imageId }, { transaction });
    return previous;
  }
}
