import { setTimeout as sleep } from "node:timers/promises";

import type { Transaction } from "sequelize";

import { isSameTransaction, outcomeOf, watch } from "./transactions.js";

/** A row by attribute. */
export type Values = Readonly<Record<string, unknown>> & { readonly id: string };

interface Change {
  id: string;
  /** Null for a deleted row. */
  after: Values | null;
  transaction: Transaction;
}

/** How often a waiting call checks whether a row is unlocked. */
const LOCK_MILLISECONDS = 2;

/**
 * Rows by id with the semantics of READ COMMITTED: the changes of a transaction are visible only to
 * itself until it commits, and other writers of the same row wait for its end.
 */
export class MemoryRows {
  #committed = new Map<string, Values>();
  #changes: Change[] = [];

  /** The rows that meet a condition, as a transaction sees them. */
  select(meets: (row: Values) => boolean, transaction?: Transaction): Values[] {
    this.#settle();
    const rows = new Map(this.#committed);
    for (const { id, after, transaction: of } of this.#changes) {
      if (transaction === undefined || !isSameTransaction(of, transaction)) continue;
      if (after === null) rows.delete(id);
      else rows.set(id, after);
    }
    return [...rows.values()].filter(meets);
  }

  find(id: string, transaction?: Transaction): Values | undefined {
    return this.select((row) => row.id === id, transaction)[0];
  }

  insert(values: Values, transaction?: Transaction): Values {
    const now = new Date();
    const row = { createdAt: now, ...values, updatedAt: now };
    this.#write(row.id, row, transaction);
    return row;
  }

  change(row: Values, values: object, transaction?: Transaction): Values {
    const after: Values = { ...row, updatedAt: new Date(), ...values };
    this.#write(row.id, after, transaction);
    return after;
  }

  remove(id: string, transaction?: Transaction): void {
    this.#write(id, null, transaction);
  }

  /** Whether another open transaction has changed a row. */
  isHeld(id: string, by?: Transaction): boolean {
    return this.#changes.some(
      (change) =>
        change.id === id &&
        outcomeOf(change.transaction) === "open" &&
        (by === undefined || !isSameTransaction(change.transaction, by)),
    );
  }

  /** Waits until no other transaction holds one of the rows. */
  async unlocked(ids: readonly string[], by?: Transaction): Promise<void> {
    while (ids.some((id) => this.isHeld(id, by))) await sleep(LOCK_MILLISECONDS);
  }

  #write(id: string, after: Values | null, transaction: Transaction | undefined): void {
    if (transaction !== undefined) {
      watch(transaction);
      this.#changes.push({ id, after, transaction });
    } else if (after === null) this.#committed.delete(id);
    else this.#committed.set(id, after);
  }

  /** Applies the changes of committed transactions and drops those of the others. */
  #settle(): void {
    this.#changes = this.#changes.filter(({ id, after, transaction }) => {
      const outcome = outcomeOf(transaction);
      if (outcome === "committed" && after !== null) this.#committed.set(id, after);
      if (outcome === "committed" && after === null) this.#committed.delete(id);
      return outcome === "open";
    });
  }
}
