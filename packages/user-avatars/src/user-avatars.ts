import type { MediaBody } from "@repo/object-store";
import type { Transaction } from "sequelize";

import type { Avatar } from "./avatar.js";

export interface WriteOptions {
  /** The caller's, READ COMMITTED: the avatar changes with its commit, and a rollback undoes it. */
  transaction: Transaction;
  /** Ends an upload with `upload_aborted`. */
  signal?: AbortSignal;
}

/** One picture for each user. Errors of the object store pass through as they are. */
export interface UserAvatars {
  /** The user's avatar, or null; with a transaction of the caller's, as that sees it. */
  get(userId: string, options?: { transaction?: Transaction }): Promise<Avatar | null>;
  /**
   * Gives the user another avatar: JPEG, PNG, WebP or GIF. The image before is deleted after the
   * commit.
   *
   * @throws what an upload of an image throws, such as `invalid_media` or `file_too_large`
   */
  set(userId: string, body: MediaBody, options: WriteOptions): Promise<Avatar>;
  /** Takes the user's avatar away; its image is deleted after the commit. False when there is none. */
  remove(userId: string, options: WriteOptions): Promise<boolean>;
}
