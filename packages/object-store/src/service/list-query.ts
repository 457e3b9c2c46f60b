import { InvalidCursorError } from "../errors.js";
import type { ListQuery } from "../provider.js";
import { checkInteger } from "./check.js";
import { type CursorBinding, decodeCursor, encodeCursor } from "./cursor.js";
import { Page } from "./dto/page.js";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

export interface CheckedListQuery {
  limit: number;
  /** The last id of the page before. */
  before: string | undefined;
}

/** @throws InvalidInputError (`invalid_input`), InvalidCursorError (`invalid_cursor`) */
export function checkListQuery(query: ListQuery, binding: CursorBinding): CheckedListQuery {
  const limit = checkInteger("limit", query.limit ?? DEFAULT_LIMIT, 1, MAX_LIMIT);
  const cursor: unknown = query.cursor ?? undefined;
  if (cursor === undefined) return { limit, before: undefined };
  if (typeof cursor !== "string") throw new InvalidCursorError("The cursor must be a string.");
  return { limit, before: decodeCursor(cursor, binding) };
}

/** The page of rows that were asked for with one more than the limit, to see whether more follow. */
export function pageOf<Row extends { id: string }, Item>(
  rows: Row[],
  limit: number,
  binding: CursorBinding,
  toItem: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return Object.assign(new Page<Item>(), {
    items: shown.map(toItem),
    nextCursor: last === undefined ? null : encodeCursor(last.id, binding),
  });
}
