import type { MediaKind } from "@repo/media-inspection";

import { type Checked, checkFileId, checkInteger } from "../checks.js";
import { type GrantRead, toGrantRead } from "../dto/grant-read.js";
import { Page } from "../dto/page.js";
import { InvalidCursorError, InvalidInputError, type ObjectStoreError } from "../errors.js";
import { checkUserId, type Owner, type OwnerId } from "../owner-types.js";
import type { GrantsQuery, ShareOptions, UnshareOptions } from "../provider.js";
import { type GrantOf, MAX_GRANTS, type SharedFile } from "../repo/grant-repo.js";
import type { StatementOptions } from "../repo/statements.js";
import { changeError } from "./change-error.js";
import { decodeCursor, encodeCursor } from "./cursor.js";
import type { CollectionScope, Dependencies } from "./dependencies.js";
import { checkDate } from "./list-query.js";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/**
 * The user whose scope it is.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function requireSharing({
  dependencies,
  owner,
}: {
  dependencies: Pick<Dependencies, "isSharing">;
  owner: Owner;
}): OwnerId {
  if (!dependencies.isSharing) {
    throw new InvalidInputError("Files are shared by a provider with the option sharing only.");
  }
  if (owner !== null) return owner;
  throw new InvalidInputError("Only users share files: system-wide files are visible to all.");
}

/** Lets others read files of the scope's owner. */
export class Sharing<K extends MediaKind> {
  constructor(private readonly scope: CollectionScope<K>) {}

  async share(id: string, options: Checked<ShareOptions<OwnerId>>): Promise<GrantRead<OwnerId>> {
    const of = this.#grantOf(id, options);
    const until = checkDate("until", options.until ?? undefined) ?? null;
    const { transaction } = options;
    const grant = await this.scope.dependencies.grants.share(of, until, { transaction });
    if (grant === null) throw await this.#error(id, of, { transaction });
    if (grant !== "full") return toGrantRead(grant);
    throw new InvalidInputError(`A file can be shared ${MAX_GRANTS} times, and this one is.`);
  }

  async unshare(id: string, options: Checked<UnshareOptions<OwnerId>>): Promise<void> {
    const of = this.#grantOf(id, options);
    const { transaction } = options;
    const isOwn = await this.scope.dependencies.grants.unshare(of, { transaction });
    if (!isOwn) throw await this.#error(id, of, { transaction });
  }

  async page(id: string, query: Checked<GrantsQuery>): Promise<Page<GrantRead<OwnerId>>> {
    const file = this.#fileOf(id);
    const limit = checkInteger("limit", query.limit ?? DEFAULT_LIMIT, 1, MAX_LIMIT);
    const { transaction, cursor = null } = query;
    const { dependencies, kind, owner } = this.scope;
    const list = JSON.stringify(["grants", kind, file.fileId]);
    const binding = { owner, list, secret: dependencies.cursorSecret };
    if (cursor !== null && typeof cursor !== "string") {
      throw new InvalidCursorError("The cursor must be a string.");
    }
    const after = cursor === null ? FIRST_ID : decodeCursor(cursor, binding);
    // One more than the limit shows whether more follow.
    const part = { after, limit: limit + 1 };
    const grants = await dependencies.grants.page(file, part, { transaction });
    if (grants === null) throw await this.#error(id, file, { transaction });
    const shown = grants.slice(0, limit);
    const last = grants.length > limit ? shown.at(-1) : undefined;
    return Object.assign(new Page<GrantRead<OwnerId>>(), {
      items: shown.map(toGrantRead),
      nextCursor: last === undefined ? null : encodeCursor(last.id, binding),
    });
  }

  #fileOf(id: string): SharedFile {
    const owner = requireSharing(this.scope);
    return { kind: this.scope.kind, fileId: checkFileId(id), owner };
  }

  #grantOf(id: string, options: UnshareOptions<OwnerId>): GrantOf {
    const file = this.#fileOf(id);
    const grantee = this.#checkGrantee(options.with);
    if (grantee === file.owner) {
      throw new InvalidInputError("A file cannot be shared with its owner.");
    }
    return { ...file, grantee };
  }

  #checkGrantee(given: unknown): OwnerId | null {
    const isObject = typeof given === "object" && given !== null;
    if (isObject && (given as { everyone?: unknown }).everyone === true) return null;
    return checkUserId(this.scope.dependencies.ownerType, given);
  }

  async #error(
    id: string,
    { fileId, owner }: SharedFile,
    { transaction }: StatementOptions,
  ): Promise<ObjectStoreError> {
    const files = this.scope.dependencies.files[this.scope.kind];
    const seen = await files.visibleById(fileId, owner, { transaction, decides: true });
    return changeError(id, seen, owner);
  }
}
