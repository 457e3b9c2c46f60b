import type { MediaKind } from "@repo/media-inspection";
import type { Transaction } from "sequelize";

import type { EventModel, EventPayload, EventType } from "../../models/event.model.js";
import type { OwnerId } from "../../owner-types.js";
import type { Attempt, EventCounts, EventRows } from "../../repo/event-repo.js";
import type { Values } from "./memory-rows.js";
import { fromNow, isOver, type MemoryTables } from "./memory-table.js";

const MAX_REASON = 500;

/** The last id of an event in this process. */
let lastId = 0;

interface Told {
  type: EventType;
  kind: MediaKind;
  fileId: string;
  userId: unknown;
  payload?: EventPayload;
}

/** Writes an event in the transaction of what happened. */
export function tell(
  { event }: MemoryTables,
  { payload = {}, ...of }: Told,
  transaction: Transaction | undefined,
): void {
  lastId += 1;
  event.insert(
    { ...of, id: String(lastId), payload, attempts: 0, nextAttemptAt: fromNow(0) },
    transaction,
  );
}

/** The events in memory. */
export class MemoryEvents implements EventRows {
  constructor(private readonly tables: Pick<MemoryTables, "event">) {}

  async claim(limit: number, leaseSeconds: number): Promise<EventModel[]> {
    await Promise.resolve();
    const { event } = this.tables;
    const waiting = event.rows.select((row) => row["deadAt"] === null).sort(byId);
    const files = new Set<unknown>();
    const first = waiting.filter(({ fileId }) => !files.has(fileId) && files.add(fileId));
    const free = first.filter((row) => isOver(row["nextAttemptAt"])).slice(0, limit);
    return free.map((row) => {
      const claim = { attempts: Number(row["attempts"]) + 1, nextAttemptAt: fromNow(leaseSeconds) };
      const claimed = event.toModel(event.rows.change(row, claim));
      claimed.lagSeconds = (Date.now() - claimed.createdAt.getTime()) / 1000;
      return claimed;
    });
  }

  renew(attempt: Attempt, leaseSeconds: number): Promise<boolean> {
    return this.#change(attempt, () => ({ nextAttemptAt: fromNow(leaseSeconds) }));
  }

  end(attempt: Attempt): Promise<boolean> {
    return this.#change(attempt, () => null);
  }

  fail(attempt: Attempt, reason: string, pauseSeconds: number | null): Promise<boolean> {
    return this.#change(attempt, () => ({
      lastError: reason.replaceAll("\0", "").slice(0, MAX_REASON),
      nextAttemptAt: fromNow(pauseSeconds ?? 0),
      deadAt: pauseSeconds === null ? new Date() : null,
    }));
  }

  async counts(): Promise<EventCounts> {
    await Promise.resolve();
    const { rows } = this.tables.event;
    const waiting = rows.select((row) => row["deadAt"] === null);
    const times = waiting.map(({ createdAt }) => (createdAt as Date).getTime());
    return {
      waiting: waiting.length,
      oldestSeconds: times.length === 0 ? null : (Date.now() - Math.min(...times)) / 1000,
      dead: this.#dead(null).length,
    };
  }

  async dead(after: string, limit: number): Promise<EventModel[]> {
    await Promise.resolve();
    return this.#dead(null)
      .filter(({ id }) => Number(id) > Number(after))
      .sort(byId)
      .slice(0, limit)
      .map((row) => this.tables.event.toModel(row));
  }

  async retry(ids: readonly string[] | null): Promise<number> {
    await Promise.resolve();
    const dead = this.#dead(ids);
    const again = { deadAt: null, attempts: 0, nextAttemptAt: fromNow(0) };
    for (const row of dead) this.tables.event.rows.change(row, again);
    return dead.length;
  }

  async drop(ids: readonly string[] | null): Promise<number> {
    await Promise.resolve();
    const dead = this.#dead(ids);
    for (const { id } of dead) this.tables.event.rows.remove(id);
    return dead.length;
  }

  async dropOfOwner(owner: OwnerId): Promise<void> {
    await Promise.resolve();
    for (const { id, userId } of this.#dead(null)) {
      if (userId === owner) this.tables.event.rows.remove(id);
    }
  }

  #dead(ids: readonly string[] | null): Values[] {
    return this.tables.event.rows.select(
      (row) => row["deadAt"] !== null && (ids?.includes(row.id) ?? true),
    );
  }

  async #change({ id, attempts }: Attempt, to: () => object | null): Promise<boolean> {
    await Promise.resolve();
    const { rows } = this.tables.event;
    const row = rows.find(id);
    if (row?.["attempts"] !== attempts || row["deadAt"] !== null) return false;
    const after = to();
    if (after === null) rows.remove(id);
    else rows.change(row, after);
    return true;
  }
}

function byId(a: Values, b: Values): number {
  return Number(a.id) - Number(b.id);
}
