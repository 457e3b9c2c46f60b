import { PreparedStatement } from "@repo/database";

import { EventModel } from "../models/event.model.js";
import type { OwnerId } from "../owner-types.js";
import { withDatabaseErrors } from "./database-failure.js";
import { ModelRepo } from "./model-repo.js";
import { fromNow } from "./statements.js";
import type { Tables } from "./tables.js";

/** One attempt to handle an event: the id and the number of the attempt. */
export type Attempt = Pick<EventModel, "id" | "attempts">;

/** What waits to be handled, and what was given up. */
export interface EventCounts {
  waiting: number;
  /** Of the oldest that waits; null where none does. */
  oldestSeconds: number | null;
  dead: number;
}

type OfAttempt = [id: string, attempts: number];

/** Characters that are kept of why an attempt failed. */
const MAX_REASON = 500;

/** Its public methods, which the store in memory implements too. */
export type EventRows = Pick<EventRepo, keyof EventRepo>;

/** The events that nobody has handled yet. Never in a caller's transaction. */
export class EventRepo extends ModelRepo<EventModel> {
  readonly #claim: PreparedStatement<[limit: number, leaseSeconds: number]>;
  readonly #renew: PreparedStatement<[...OfAttempt, leaseSeconds: number]>;
  readonly #end: PreparedStatement<OfAttempt>;
  readonly #fail: PreparedStatement<[...OfAttempt, reason: string, pauseSeconds: number | null]>;
  readonly #counts: PreparedStatement;
  readonly #dead: PreparedStatement<[after: string, limit: number]>;
  readonly #retry: PreparedStatement<[ids: readonly string[] | null]>;
  readonly #drop: PreparedStatement<[ids: readonly string[] | null]>;
  readonly #dropOfOwner: PreparedStatement<[owner: OwnerId]>;

  constructor(tables: Tables) {
    super(tables, EventModel);
    const table = this.layout.table("event");
    // An earlier event of the same file that was committed later would need the lock of the file that this
    // one held. The table changes its size all the time: a plan is good for one claim.
    this.#claim = new PreparedStatement(
      `
        WITH free AS (
          SELECT id FROM ${table} AS event
          WHERE dead_at IS NULL AND next_attempt_at <= clock_timestamp() AND NOT EXISTS (
            SELECT FROM ${table} AS earlier
            WHERE earlier.file_id = event.file_id AND earlier.id < event.id AND earlier.dead_at IS NULL
          )
          ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
        )
        UPDATE ${table} AS event SET
          attempts = event.attempts + 1, next_attempt_at = ${fromNow("$2")},
          updated_at = clock_timestamp()
        FROM free WHERE event.id = free.id
        RETURNING
          ${this.columns.list("event")},
          extract(epoch FROM clock_timestamp() - event.created_at)::double precision
      `,
      { plan: "each time" },
    );
    const attempt = "id = $1 AND attempts = $2 AND dead_at IS NULL";
    this.#renew = new PreparedStatement(
      `UPDATE ${table} SET next_attempt_at = ${fromNow("$3")} WHERE ${attempt}`,
    );
    this.#end = new PreparedStatement(`DELETE FROM ${table} WHERE ${attempt}`);
    this.#fail = new PreparedStatement(`
      UPDATE ${table} SET
        last_error = $3,
        next_attempt_at = ${fromNow("coalesce($4::int, 0)")},
        dead_at = CASE WHEN $4::int IS NULL THEN clock_timestamp() END,
        updated_at = clock_timestamp()
      WHERE ${attempt}
    `);
    this.#counts = new PreparedStatement(`
      SELECT
        count(*) FILTER (WHERE dead_at IS NULL)::int,
        extract(epoch FROM
          clock_timestamp() - min(created_at) FILTER (WHERE dead_at IS NULL))::double precision,
        count(*) FILTER (WHERE dead_at IS NOT NULL)::int
      FROM ${table}
    `);
    this.#dead = new PreparedStatement(`
      SELECT ${this.columns.list()} FROM ${table}
      WHERE dead_at IS NOT NULL AND id > $1::bigint ORDER BY id LIMIT $2
    `);
    const chosen = "dead_at IS NOT NULL AND ($1::bigint[] IS NULL OR id = ANY ($1::bigint[]))";
    this.#retry = new PreparedStatement(`
      UPDATE ${table} SET
        dead_at = NULL, attempts = 0, next_attempt_at = clock_timestamp(),
        updated_at = clock_timestamp()
      WHERE ${chosen}
    `);
    this.#drop = new PreparedStatement(`DELETE FROM ${table} WHERE ${chosen}`);
    this.#dropOfOwner = new PreparedStatement(
      `DELETE FROM ${table} WHERE dead_at IS NOT NULL AND user_id = $1`,
    );
  }

  /**
   * Takes events over, the oldest first, and none whose file has an earlier one. Nobody else gets them
   * before the lease is over.
   */
  async claim(limit: number, leaseSeconds: number): Promise<EventModel[]> {
    const rows = await this.arrays("read events", this.#claim, [limit, leaseSeconds]);
    return rows.map((row) => {
      const event = this.columns.instance(row);
      event.lagSeconds = row.at(-1) as number;
      return event;
    });
  }

  /** Pushes the lease out; false when another listener has taken the event over. */
  renew({ id, attempts }: Attempt, leaseSeconds: number): Promise<boolean> {
    return this.changes("keep an event", this.#renew, [id, attempts, leaseSeconds]);
  }

  /** Deletes an event that was handled; false when another listener has taken it over. */
  end({ id, attempts }: Attempt): Promise<boolean> {
    return this.changes("end an event", this.#end, [id, attempts]);
  }

  /**
   * Remembers why an attempt failed.
   *
   * @param pauseSeconds until the next attempt; null gives the event up
   */
  fail({ id, attempts }: Attempt, reason: string, pauseSeconds: number | null): Promise<boolean> {
    // PostgreSQL has no null character.
    const kept = reason.replaceAll("\0", "").slice(0, MAX_REASON);
    return this.changes("end an attempt", this.#fail, [id, attempts, kept, pauseSeconds]);
  }

  async counts(): Promise<EventCounts> {
    const [row] = await this.arrays("count events", this.#counts, []);
    const [waiting, oldestSeconds, dead] = row as [number, number | null, number];
    return { waiting, oldestSeconds, dead };
  }

  /** Events that were given up, by id. */
  dead(after: string, limit: number): Promise<EventModel[]> {
    return this.rows("read events", this.#dead, [after, limit]);
  }

  /** Has those that were given up handled again, all or some; how many there were. */
  retry(ids: readonly string[] | null): Promise<number> {
    return withDatabaseErrors("change events", () => this.#retry.execute(this.connections, [ids]));
  }

  /** Deletes those that were given up, all or some; how many there were. */
  drop(ids: readonly string[] | null): Promise<number> {
    return withDatabaseErrors("delete events", () => this.#drop.execute(this.connections, [ids]));
  }

  /** Deletes an owner's events that were given up. */
  async dropOfOwner(owner: OwnerId): Promise<void> {
    await withDatabaseErrors("delete events", () =>
      this.#dropOfOwner.execute(this.connections, [owner]),
    );
  }
}
