import { setTimeout as sleep } from "node:timers/promises";

import type { Transaction } from "sequelize";

import { evaluated, meets, type Values } from "./expressions.js";
import { isSameTransaction, outcomeOf, watch } from "./transactions.js";

interface Change {
  id: string;
  after: Values;
  transaction: Transaction;
}

/** How long somebody who waits for a row looks away. */
const LOCK_MILLISECONDS = 2;

/**
 * Rows by id, as READ COMMITTED shows them: what a transaction writes is seen by itself only until
 * it commits, and whoever wants to write to the same row waits for its end.
 */
export class MemoryRows {
  #committed = new Map<string, Values>();
  #changes: Change[] = [];

  /** The rows that meet the conditions; those of a transaction with its own changes. */
  select(conditions: object, transaction?: Transaction): Values[] {
    this.#settle();
    const rows = new Map(this.#committed);
    for (const change of this.#changes) {
      if (transaction !== undefined && isSameTransaction(change.transaction, transaction)) {
        rows.set(change.id, change.after);
      }
    }
    return [...rows.values()].filter((row) => meets(row, conditions));
  }

  insert(values: Values, transaction?: Transaction): Values {
    const now = new Date();
    const row = { ...evaluatedAll(values, {}), createdAt: now, updatedAt: now };
    this.#write(row, transaction);
    return row;
  }

  /** Changes the rows that meet the conditions, once nobody else holds one of them. */
  async update(conditions: object, values: Values, transaction?: Transaction): Promise<Values[]> {
    await this.#unlocked(conditions, transaction);
    return this.#change(conditions, values, transaction);
  }

  /** The same for those that nobody else holds: it waits for nobody. */
  updateUnlocked(conditions: object, values: Values, transaction: Transaction): Values[] {
    const isFree = (row: Values): boolean => !this.#isHeld(row["id"], transaction);
    return this.#change(conditions, values, transaction, isFree);
  }

  async remove(conditions: object): Promise<number> {
    await this.#unlocked(conditions);
    const rows = this.select(conditions);
    for (const { id } of rows) this.#committed.delete(id as string);
    return rows.length;
  }

  #change(
    conditions: object,
    values: Values,
    transaction?: Transaction,
    isWanted: (row: Values) => boolean = () => true,
  ): Values[] {
    return this.select(conditions, transaction)
      .filter(isWanted)
      .map((row) => {
        const after = { ...row, ...evaluatedAll(values, row), updatedAt: new Date() };
        this.#write(after, transaction);
        return after;
      });
  }

  #write(after: Values, transaction: Transaction | undefined): void {
    const id = after["id"] as string;
    if (transaction === undefined) {
      this.#committed.set(id, after);
      return;
    }
    watch(transaction);
    this.#changes.push({ id, after, transaction });
  }

  async #unlocked(conditions: object, transaction?: Transaction): Promise<void> {
    while (this.select(conditions, transaction).some(({ id }) => this.#isHeld(id, transaction))) {
      await sleep(LOCK_MILLISECONDS);
    }
  }

  #isHeld(id: unknown, by: Transaction | undefined): boolean {
    return this.#changes.some(
      (change) =>
        change.id === id &&
        outcomeOf(change.transaction) === "open" &&
        (by === undefined || !isSameTransaction(change.transaction, by)),
    );
  }

  /** Takes over what was committed since and forgets what was rolled back. */
  #settle(): void {
    this.#changes = this.#changes.filter(({ id, after, transaction }) => {
      const outcome = outcomeOf(transaction);
      if (outcome === "committed") this.#committed.set(id, after);
      return outcome === "open";
    });
  }
}

function evaluatedAll(values: Values, row: Values): Values {
  const entries = Object.entries(values).map(([name, value]) => [name, evaluated(value, row)]);
  return Object.fromEntries(entries) as Values;
}
