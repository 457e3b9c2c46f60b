import { checkIds } from "../checks.js";
import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";
import { throwIfAborted } from "../upload/abort.js";
import type { EventModel } from "../models/event.model.js";
import type { DeadEvent, EventsOptions, EventsReport } from "./contract.js";
import type { MaintenanceDependencies } from "./dependencies.js";

/** Events that are read in one statement. */
const BATCH = 1_000;

const MAX_IDS = 10_000;

const ID = /^[1-9]\d{0,17}$/;

export async function events(
  { events: rows }: Pick<MaintenanceDependencies, "events">,
  { dead: action = "list", ids: given, signal, onFinding }: EventsOptions,
): Promise<EventsReport> {
  if (!["list", "retry", "drop"].includes(action)) {
    throw new InvalidInputError(`dead must be list, retry or drop, and ${described(action)} came.`);
  }
  const ids = given === undefined ? null : checkIds("events", given, MAX_IDS);
  if (ids?.every((id) => ID.test(id)) === false) {
    throw new InvalidInputError("ids must be ids of events, and another string came.");
  }
  const report = { retried: 0, dropped: 0 };
  if (action === "retry") report.retried = await rows.retry(ids);
  if (action === "drop") report.dropped = await rows.drop(ids);
  let after: string | undefined = action === "list" && onFinding !== undefined ? "0" : undefined;
  while (after !== undefined) {
    throwIfAborted(signal);
    const page = await rows.dead(after, BATCH);
    for (const row of page) {
      if (ids?.includes(row.id) !== false) await onFinding?.(toDeadEvent(row));
    }
    after = page.at(-1)?.id;
  }
  return { ...(await rows.counts()), ...report };
}

function toDeadEvent(row: EventModel): DeadEvent {
  const { id, type, kind, fileId, userId: owner, createdAt: at, attempts, lastError } = row;
  return { id, type, kind, fileId, owner, at, attempts, reason: lastError ?? "" };
}
