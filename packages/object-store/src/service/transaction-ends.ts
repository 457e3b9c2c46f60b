import { setTimeout as sleep } from "node:timers/promises";

import type { Transaction } from "sequelize";

import { errorFacts, type ObjectStoreLogger } from "../logger.js";
import { lineOf, rootOf } from "../repo/caller-transaction.js";
import type { Journal } from "../repo/journal-repo.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { OpenCalls } from "./open-calls.js";
import { removeObjects } from "../remove-objects.js";

/** Milliseconds that a commit or rollback waits for S3, all files together; the rest is the sweep's. */
const WAIT_MS = 1_500;

interface Tools {
  journal: Journal;
  s3: StorageClient;
  logger: ObjectStoreLogger;
  calls: OpenCalls;
  leaseSeconds: number;
}

/** What is left to do once callers' transactions have ended. */
export class TransactionEnds {
  readonly #tools: Tools;
  readonly #ends = new WeakMap<Transaction, TransactionEnd>();

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /** What is to be done once a transaction has ended, or the savepoint it is in was rolled back. */
  of(transaction: Transaction): TransactionEnd {
    const root = rootOf(transaction);
    let end = this.#ends.get(root);
    if (end === undefined) {
      end = new TransactionEnd(this.#tools);
      this.#ends.set(root, end);
    }
    end.follow(transaction);
    return end;
  }
}

/**
 * The end of one transaction. It may be called more than once, and after a COMMIT or ROLLBACK that
 * failed: only the committed state is believed. What an open transaction holds is passed over.
 */
class TransactionEnd {
  readonly #tools: Tools;
  readonly #followed = new WeakSet<Transaction>();
  /** Seconds for which requests may still land, by id. */
  readonly #uploads = new Map<string, number>();
  readonly #removals = new Set<string>();
  readonly #tasks: ((signal: AbortSignal) => Promise<void>)[] = [];

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /** Undoes an upload that has not become a file. */
  undoUpload(id: string, unansweredSeconds: number): void {
    this.#uploads.set(id, unansweredSeconds);
  }

  /** Removes the objects of files that were deleted. */
  removeObjects(ids: readonly string[]): void {
    for (const id of ids) this.#removals.add(id);
  }

  /** @param task must not reject; ends by the signal */
  run(task: (signal: AbortSignal) => Promise<void>): void {
    this.#tasks.push(task);
  }

  /**
   * Sequelize knows no hook for a rollback, so `rollback` of the transaction object, and of those
   * around a savepoint, is replaced.
   */
  follow(transaction: Transaction): void {
    for (const ancestor of lineOf(transaction)) {
      if (this.#followed.has(ancestor)) continue;
      this.#followed.add(ancestor);
      const rollback = ancestor.rollback.bind(ancestor);
      ancestor.rollback = async () => {
        try {
          await rollback();
        } finally {
          await this.#settle();
        }
      };
      if (ancestor === rootOf(transaction)) ancestor.afterCommit(() => this.#settle());
    }
  }

  async #settle(): Promise<void> {
    const waiting = new AbortController();
    const signal = AbortSignal.timeout(WAIT_MS);
    const work = Promise.all([this.#tidy(signal), ...this.#tasks.map((task) => task(signal))]);
    this.#tools.calls.hold(work);
    const waited = sleep(WAIT_MS, undefined, { signal: waiting.signal }).catch(() => undefined);
    await Promise.race([work, waited]);
    waiting.abort();
  }

  async #tidy(signal: AbortSignal): Promise<void> {
    const { journal, leaseSeconds } = this.#tools;
    try {
      const unanswered = Math.max(0, ...this.#uploads.values());
      const [undone, removed] = await Promise.all([
        this.#uploads.size === 0
          ? []
          : journal.giveUp([...this.#uploads.keys()], leaseSeconds, unanswered),
        this.#removals.size === 0 ? [] : journal.claimRemovals([...this.#removals], leaseSeconds),
      ]);
      const failures = await removeObjects(this.#tools, [...undone, ...removed], signal);
      for (const error of [...failures.values()].slice(0, 1)) this.#warn(error);
    } catch (error) {
      this.#warn(error);
    }
  }

  #warn(error: unknown): void {
    this.#tools.logger.warn("what a transaction left is left to the sweeper", errorFacts(error));
  }
}
