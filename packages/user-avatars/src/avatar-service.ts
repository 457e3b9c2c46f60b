import {
  FileNotFoundError,
  type ImageCollection,
  type MediaBody,
  type ObjectStoreProvider,
} from "@repo/object-store";
import type { Transaction } from "sequelize";
import type { Sequelize } from "sequelize-typescript";

import type { Avatar } from "./avatar.js";
import { type AvatarRepo, SqlAvatarRepo } from "./avatar-repo.js";
import type { UserAvatars, WriteOptions } from "./user-avatars.js";

export interface UserAvatarsOptions {
  /** The connection, from `createDatabase` of `@repo/database`. The caller closes it. */
  database: Sequelize;
  store: ObjectStoreProvider;
}

/** Makes the module's public face. */
export function userAvatars({ database, store }: UserAvatarsOptions): UserAvatars {
  return new AvatarService(store, new SqlAvatarRepo(database));
}

/** The use cases, over any store and any rows. */
export class AvatarService implements UserAvatars {
  readonly #store: ObjectStoreProvider;
  readonly #repo: AvatarRepo;

  constructor(store: ObjectStoreProvider, repo: AvatarRepo) {
    this.#store = store;
    this.#repo = repo;
  }

  async get(userId: string, options: { transaction?: Transaction } = {}): Promise<Avatar | null> {
    const { images } = this.#store.forUser(userId);
    const fileId = await this.#repo.find(userId, options);
    if (fileId === null) return null;
    return nullIfNotFound(async () => {
      const [{ width, height }, { url, expiresAt }] = await Promise.all([
        images.get(fileId, options),
        images.url(fileId, options),
      ]);
      return { fileId, url, urlExpiresAt: expiresAt, width, height };
    });
  }

  async set(
    userId: string,
    body: MediaBody,
    { transaction, signal }: WriteOptions,
  ): Promise<Avatar> {
    const { images } = this.#store.forUser(userId);
    const { file, url, urlExpiresAt } = await images.upload(
      { body },
      { transaction, ...(signal && { signal }) },
    );
    const previous = await this.#repo.replace(userId, file.id, { transaction });
    if (previous !== null) await discard(images, previous, transaction);
    return { fileId: file.id, url, urlExpiresAt, width: file.width, height: file.height };
  }

  async remove(userId: string, { transaction }: WriteOptions): Promise<boolean> {
    const { images } = this.#store.forUser(userId);
    const previous = await this.#repo.replace(userId, null, { transaction });
    if (previous !== null) await discard(images, previous, transaction);
    return previous !== null;
  }
}

/** The image goes with the commit; one that is gone already is no obstacle. */
async function discard(
  images: ImageCollection,
  id: string,
  transaction: Transaction,
): Promise<void> {
  await nullIfNotFound(() => images.delete(id, { transaction }));
}

async function nullIfNotFound<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FileNotFoundError) return null;
    throw error;
  }
}
