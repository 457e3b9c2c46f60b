import type { AvatarRepo } from "../../src/avatar-repo.js";

/** Rows that know no transaction: what is to be rolled back is tested with PostgreSQL. */
export class MemoryAvatarRepo implements AvatarRepo {
  readonly #imageIds = new Map<string, string | null>();

  find(userId: string): Promise<string | null> {
    return Promise.resolve(this.#imageIds.get(userId) ?? null);
  }

  async replace(userId: string, imageId: string | null): Promise<string | null> {
    const previous = await this.find(userId);
    this.#imageIds.set(userId, imageId);
    return previous;
  }
}
