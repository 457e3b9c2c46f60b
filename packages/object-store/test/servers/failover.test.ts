import { setTimeout as pause } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { type ReplicatedPostgres, startReplicated } from "@repo/postgres-setups";
import { BaseError, type Transaction } from "sequelize";

import { type MediaScope, ObjectStoreError } from "../../src/index.js";
import { type Harness, openHarness } from "../support/harness.js";
import { makeTemplate } from "../support/make-template.js";
import { sampleOf } from "../support/samples.js";
import { expireUnfinished } from "../support/unfinished.js";

const WORKERS = 6;
/** Rounds of each worker's before the failover, and after it. */
const ROUNDS = 10;
/** Milliseconds from a failover's end, after which no call may fail any more. */
const RECOVERY = 20_000;

let servers: ReplicatedPostgres;
let harness: Harness;
let png: Buffer;

beforeEach(async () => {
  servers = await startReplicated();
  // A repeated upload waits until the lease of the first one ends: its server was lost before it was released.
  harness = await openHarness({ leaseSeconds: 10 }, { postgres: await makeTemplate(servers.url) });
  png = Buffer.from((await sampleOf("png")).bytes);
  // Sequelize prints each transaction that was lost with its connection.
  jest.spyOn(console, "warn").mockReturnValue();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await harness.close();
  await servers.close();
});

class StaleRead extends Error {}

/** What the workers of a test were told, and which of their calls failed. */
class Traffic {
  readonly kept = new Set<string>();
  readonly deleted = new Set<string>();
  readonly #failures: number[] = [];
  #isBroken = false;

  failuresSince(moment: number): number {
    return this.#failures.filter((time) => time > moment).length;
  }

  /** Repeats a call for as long as it fails as calls may in a failover. */
  async insist<Result>(call: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (this.#isBroken || !mayFail(error)) throw error;
        this.#failures.push(Date.now());
        await pause(50);
      }
    }
  }

  /** Sessions that stay open on a server which was demoted go on reading what it has. */
  async see(isSo: () => Promise<boolean>): Promise<void> {
    await this.insist(async () => {
      if (!(await isSo())) throw new StaleRead("what was told to be done is not seen");
    });
  }

  /** Runs workers; the failure of one ends all. */
  async all(workers: readonly Promise<void>[]): Promise<void> {
    try {
      await Promise.all(workers);
    } finally {
      this.#isBroken = true;
      await Promise.allSettled(workers);
    }
  }

  /** Uploads a file, reads it, and deletes every other one, each round. */
  async run(scope: MediaScope, isInTransaction: boolean, goesOn: (rounds: number) => boolean) {
    const within = <Result>(work: (transaction?: Transaction) => Promise<Result>) =>
      this.insist(() => (isInTransaction ? harness.database.transaction(work) : work()));
    for (let round = 0; !this.#isBroken && goesOn(round); round += 1) {
      const idempotencyKey = `round ${round}`;
      const { file } = await within((transaction) =>
        scope.images.upload({ body: png }, { idempotencyKey, transaction: transaction ?? null }),
      );
      await this.see(async () => {
        const { items } = await scope.images.list({ limit: 1 });
        return (await scope.images.exists(file.id)) && items[0]?.id === file.id;
      });
      if (round % 2 === 0) {
        this.kept.add(file.id);
        continue;
      }
      await within((transaction) =>
        scope.images
          .delete(file.id, { transaction: transaction ?? null })
          // A deletion whose answer was lost has happened.
          .catch(unless("file_not_found")),
      );
      this.deleted.add(file.id);
      await this.see(async () => !(await scope.images.exists(file.id)));
    }
  }
}

/** The store says `database_unavailable`; a BEGIN or COMMIT of the application's fails by itself. */
function mayFail(error: unknown): boolean {
  if (error instanceof ObjectStoreError) {
    return error.code === "database_unavailable" && error.retryable;
  }
  return error instanceof BaseError || error instanceof StaleRead;
}

function unless(code: string): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof ObjectStoreError) || error.code !== code) throw error;
  };
}

describe("uploads, reads and deletions during a failover", () => {
  it.each(["demote", "stop", "kill"] as const)(
    "go on by themselves, and nothing that was acknowledged is lost: %s",
    async (kind) => {
      const traffic = new Traffic();
      const done = new Array<number>(WORKERS).fill(0);
      let doneAtFailover: number[] | undefined;
      const scopes = await Promise.all(
        done.map(async () => harness.store.forUser(await harness.addUser())),
      );
      const workers = scopes.map((scope, worker) =>
        traffic.run(scope, worker % 2 === 0, (rounds) => {
          done[worker] = rounds;
          return doneAtFailover === undefined || rounds < (doneAtFailover[worker] ?? 0) + ROUNDS;
        }),
      );
      const all = traffic.all(workers);
      const failover = (async () => {
        while (Math.min(...done) < ROUNDS) await Promise.race([all, pause(20)]);
        await servers.failover(kind);
        doneAtFailover = [...done];
        return Date.now();
      })();
      const [end] = await Promise.all([failover, all]);
      expect(traffic.failuresSince(end + RECOVERY)).toBe(0);

      for (let round = 0; round < 2; round += 1) {
        await expireUnfinished(harness.database);
        await harness.maintenance.sweep();
      }
      const rows = await harness.rows();
      expect(new Set(rows.map(({ id }) => id))).toEqual(traffic.kept);
      expect(await harness.keys()).toEqual(rows.map(({ s3_key }) => s3_key));
      const verified = await harness.maintenance.verify({ bytesPerSecond: 1_000_000_000 });
      expect(verified).toMatchObject({ files: traffic.kept.size, corrupt: 0, unreadable: 0 });
      expect(traffic.deleted.size).toBeGreaterThan(0);
    },
    120_000,
  );
});
