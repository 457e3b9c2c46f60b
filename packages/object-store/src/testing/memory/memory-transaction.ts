import { type Sequelize, Transaction } from "sequelize";

/** A transaction without a database: what is written in it becomes visible when it commits. */
class MemoryTransaction extends Transaction {
  readonly #hooks: ((transaction: this) => void | Promise<void>)[] = [];
  /** As Sequelize keeps it. */
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

/** Runs work in a transaction, as a managed one of Sequelize's: it commits unless the work fails. */
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
