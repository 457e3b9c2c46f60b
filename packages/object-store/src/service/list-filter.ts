import { isDate } from "node:util/types";

import { InvalidInputError } from "../errors.js";
import { MEDIA_FORMATS, type MediaKind } from "@repo/media-inspection";
import type { ListFilter } from "../provider.js";
import type { Owner } from "../repo/owner.js";
import type { ListSelection } from "../repo/list-repo.js";
import { earliestIdAt } from "./id-time.js";
import { namesStartingWith } from "./name-range.js";

/**
 * An id tells its time on the clock of the process that made it, `createdAt` may come from another
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
  };
}

function checkOrder(order: unknown = "newest"): "newest" | "oldest" {
  if (order === "newest" || order === "oldest") return order;
  throw new InvalidInputError(`order must be "newest" or "oldest".`);
}

function checkDate(name: string, value: unknown): Date | undefined {
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
