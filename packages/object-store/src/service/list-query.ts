import { described } from "../described.js";
import { InvalidCursorError, InvalidInputError } from "../errors.js";
import type { MediaKind } from "@repo/media-inspection";
import type { ListQuery } from "../provider.js";
import type { Owner } from "../repo/owner.js";
import type { ListSelection } from "../repo/list-repo.js";
import { checkInteger } from "./check.js";
import { type CursorBinding, decodeCursor } from "./cursor.js";
import type { Dependencies } from "./dependencies.js";
import { selectionOf } from "./list-filter.js";
import { type CheckedUrlOptions, checkUrlOptions } from "./url-options.js";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

export interface CheckedListQuery {
  limit: number;
  /** What the page shows: the selection from the cursor on. */
  selection: ListSelection;
  binding: CursorBinding;
  /** How to sign the files' URLs, if they are to be signed. */
  urls: CheckedUrlOptions | undefined;
}

/** @throws InvalidInputError (`invalid_input`), InvalidCursorError (`invalid_cursor`) */
export function checkListQuery(
  dependencies: Dependencies,
  owner: Owner,
  kinds: readonly MediaKind[],
  query: ListQuery,
): CheckedListQuery {
  const limit = checkInteger("limit", query.limit ?? DEFAULT_LIMIT, 1, MAX_LIMIT);
  const whole = selectionOf(owner, kinds, query);
  const binding = { owner, list: nameOf(kinds, whole), secret: dependencies.cursorSecret };
  const { cursor, withUrls = false } = query;
  return {
    limit,
    selection: (cursor ?? undefined) === undefined ? whole : after(whole, cursor, binding),
    binding,
    urls: urlsOf(withUrls, dependencies),
  };
}

function urlsOf(withUrls: unknown, dependencies: Dependencies): CheckedUrlOptions | undefined {
  if (withUrls === false) return undefined;
  if (withUrls === true) return checkUrlOptions({}, dependencies);
  if (typeof withUrls === "object" && withUrls !== null && !Array.isArray(withUrls)) {
    return checkUrlOptions(withUrls, dependencies);
  }
  throw new InvalidInputError(
    `withUrls must be true, false or an object, and ${described(withUrls)} came.`,
  );
}

function after(selection: ListSelection, cursor: unknown, binding: CursorBinding): ListSelection {
  if (typeof cursor !== "string") throw new InvalidCursorError("The cursor must be a string.");
  const last = decodeCursor(cursor, binding);
  const bound = selection.order === "newest" ? { before: last } : { after: last };
  return { ...selection, ids: { ...selection.ids, ...bound } };
}

/** The same for the same list, whatever the form of its query. */
function nameOf(collection: readonly MediaKind[], selection: ListSelection): string {
  const { order, kinds, created, filename } = selection;
  return JSON.stringify([collection, order, kinds, created ?? null, filename?.from ?? null]);
}
