import { isDate } from "node:util/types";

import { MEDIA_FORMATS, type MediaKind } from "@repo/media-inspection";

import { checkBoolean, checkInteger } from "../checks.js";
import { copiedMetadata } from "../dto/metadata.js";
import { InvalidCursorError, InvalidInputError } from "../errors.js";
import type { Owner } from "../owner-types.js";
import type { ListFilter, ListQuery } from "../provider.js";
import type { ListSelection } from "../repo/list-repo.js";
import { type CursorBinding, decodeCursor } from "./cursor.js";
import type { Dependencies } from "./dependencies.js";
import { namesStartingWith } from "./name-range.js";
import { type CheckedUrlOptions, checkWithUrls } from "./urls.js";

const MAX_MS = 2 ** 48 - 1;

/**
 * An id that comes before every UUID version 7 of a moment and after every one before it.
 *
 * @param ms since 1970; what such an id cannot hold is taken for the nearest that it can
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-5.7
 */
function earliestIdAt(ms: number): string {
  const hex = Math.min(Math.max(ms, 0), MAX_MS).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/**
 * An id holds the time of the clock that made it; `createdAt` may come from another
 * clock. The scan is bounded by ids a day around; `createdAt` decides.
 */
const CLOCK_SLACK_MS = 86_400_000;

/** The years 1 to 9999: PostgreSQL reads others in another form only, and no file is of them. */
const FIRST_MS = Date.parse("0001-01-01T00:00:00Z");
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");

/** Types that a filter names at most, repetitions included. */
const MAX_TYPES = 100;

const FIRST_ID = "00000000-0000-0000-0000-000000000000";
const LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/** @throws InvalidInputError (`invalid_input`) */
export function selectionOf(
  owner: Owner,
  kinds: readonly MediaKind[],
  filter: ListFilter & { order?: "newest" | "oldest" },
  shared = false,
): ListSelection {
  const { createdFrom, createdBefore } = filter;
  const from = checkDate("createdFrom", createdFrom);
  const before = checkDate("createdBefore", createdBefore);
  return {
    owner,
    order: checkOrder(filter.order),
    kinds: checkContentTypes(kinds, filter.contentType),
    created:
      from === undefined && before === undefined
        ? undefined
        : { from: from ?? "-infinity", before: before ?? "infinity" },
    filename:
      filter.filenamePrefix === undefined ? undefined : namesStartingWith(filter.filenamePrefix),
    ids: {
      after: from === undefined ? FIRST_ID : earliestIdAt(from.getTime() - CLOCK_SLACK_MS),
      before: before === undefined ? LAST_ID : earliestIdAt(before.getTime() + CLOCK_SLACK_MS),
    },
    metadata: filter.metadata === undefined ? undefined : sortedJson(filter.metadata),
    trashed: !shared && checkBoolean("trashed", filter.trashed ?? false),
    shared,
    variant: undefined,
  };
}

/** The same for the same metadata; undefined where every file meets it. */
function sortedJson(metadata: unknown): string | undefined {
  const copy = copiedMetadata("metadata", metadata);
  const names = Object.keys(copy).sort();
  return names.length === 0 ? undefined : JSON.stringify(copy, names);
}

function checkOrder(order: unknown = "newest"): "newest" | "oldest" {
  if (order === "newest" || order === "oldest") return order;
  throw new InvalidInputError(`order must be "newest" or "oldest".`);
}

/** @throws InvalidInputError (`invalid_input`) unless it is absent or a time, which is moved to the years 1 to 9999 */
export function checkDate(name: string, value: unknown): Date | undefined {
  if (value === undefined) return undefined;
  if (isDate(value) && !Number.isNaN(value.getTime())) {
    return new Date(Math.min(Math.max(value.getTime(), FIRST_MS), LAST_MS));
  }
  throw new InvalidInputError(`${name} must be a valid Date.`);
}

function checkContentTypes(
  kinds: readonly MediaKind[],
  filter: unknown,
): { kind: MediaKind; contentTypes: string[] | undefined }[] {
  if (filter === undefined) return kinds.map((kind) => ({ kind, contentTypes: undefined }));
  const given: readonly unknown[] = Array.isArray(filter) ? filter : [filter];
  const wanted = new Set(given.slice(0, MAX_TYPES + 1));
  const known = Object.values(MEDIA_FORMATS).filter(({ kind }) => kinds.includes(kind));
  const types: unknown[] = known.map(({ contentType }) => contentType);
  if (
    given.length > MAX_TYPES ||
    wanted.size === 0 ||
    ![...wanted].every((type) => types.includes(type))
  ) {
    throw new InvalidInputError(`contentType must be one or several of ${types.join(", ")}.`);
  }
  return kinds
    .map((kind) => ({
      kind,
      contentTypes: known
        .filter((format) => format.kind === kind && wanted.has(format.contentType))
        .map(({ contentType }) => contentType),
    }))
    .filter(({ contentTypes }) => contentTypes.length > 0);
}

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
  shared: boolean,
): CheckedListQuery {
  const limit = checkInteger("limit", query.limit ?? DEFAULT_LIMIT, 1, MAX_LIMIT);
  const whole = selectionOf(owner, kinds, query, shared);
  const binding = { owner, list: nameOf(kinds, whole), secret: dependencies.cursorSecret };
  const { cursor, withUrls } = query;
  const urls = checkWithUrls(withUrls, dependencies);
  if (whole.trashed && urls !== undefined) {
    throw new InvalidInputError("Files in the trash have no URLs: withUrls must be false.");
  }
  const rest = (cursor ?? undefined) === undefined ? whole : after(whole, cursor, binding);
  return { limit, selection: { ...rest, variant: urls?.shown.variant }, binding, urls };
}

function after(selection: ListSelection, cursor: unknown, binding: CursorBinding): ListSelection {
  if (typeof cursor !== "string") throw new InvalidCursorError("The cursor must be a string.");
  const last = decodeCursor(cursor, binding);
  const bound = selection.order === "newest" ? { before: last } : { after: last };
  return { ...selection, ids: { ...selection.ids, ...bound } };
}

/** The same for the same list, whatever the form of its query. */
function nameOf(collection: readonly MediaKind[], selection: ListSelection): string {
  const { order, kinds, created, filename, metadata, trashed, shared } = selection;
  const name = [collection, order, kinds, created ?? null, filename?.from ?? null];
  if (shared) return JSON.stringify([...name, metadata ?? null, "shared"]);
  if (trashed) return JSON.stringify([...name, metadata ?? null, "trash"]);
  return JSON.stringify(metadata === undefined ? name : [...name, metadata]);
}
