import { type Sequelize, Transaction } from "sequelize";

import { lineOf, rootOf } from "../../repo/caller-transaction.js";

/** The outcome of a transaction or savepoint. */
export type Outcome = "open" | "committed" | "rolled back";

const watched = new WeakSet<Transaction>();
const rolledBack = new WeakSet<Transaction>();

/** Call it before anything is done in a transaction: Sequelize does not record rollbacks. */
export function watch(transaction: Transaction): void {
  for (const ancestor of lineOf(transaction)) {
    if (watched.has(ancestor)) continue;
    watched.add(ancestor);
    const rollback = ancestor.rollback.bind(ancestor);
    ancestor.rollback = () => {
      rolledBack.add(ancestor);
      return rollback();
    };
  }
}

/** The outermost transaction decides. A failed COMMIT counts as none. */
export function outcomeOf(transaction: Transaction): Outcome {
  const line = lineOf(transaction);
  if (line.some((ancestor) => rolledBack.has(ancestor))) return "rolled back";
  const { finished } = rootOf(transaction) as Transaction & { finished?: string };
  return finished === "commit" ? "committed" : "open";
}

export function isSameTransaction(a: Transaction, b: Transaction): boolean {
  return rootOf(a) === rootOf(b);
}

/** A transaction without a database. */
class MemoryTransaction extends Transaction {
  readonly #hooks: ((transaction: this) => void | Promise<void>)[] = [];
  /** As in Sequelize. */
  protected finished: "commit" | "rollback" | undefined;

  constructor(sequelize: Sequelize) {
    super(sequelize, {});
  }

  override async commit(): Promise<void> {
    this.#finish("commit");
    for (const hook of this.#hooks) await hook(this);
  }

  override rollback(): Promise<void> {
    this.#finish("rollback");
    return Promise.resolve();
  }

  override afterCommit(hook: (transaction: this) => void | Promise<void>): void {
    this.#hooks.push(hook);
  }

  #finish(as: "commit" | "rollback"): void {
    if (this.finished !== undefined)
      throw new Error(`The transaction ended with ${this.finished}.`);
    this.finished = as;
  }
}

/** Runs work in a transaction, which commits unless the work fails. */
export async function inMemoryTransaction<Result>(
  sequelize: Sequelize,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const transaction = new MemoryTransaction(sequelize);
  let result: Result;
  try {
    result = await work(transaction);
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
  await transaction.commit();
  return result;
}
