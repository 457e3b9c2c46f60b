import { undoneOnFailure } from "./endings.js";
import { type FailoverKind, failOver } from "./failover.js";
import { startForwarder } from "./forwarder.js";
import { onPort } from "./on-port.js";
import { query } from "./query.js";
import { type Pair, startPair } from "./start-pair.js";
import { temporaryFolder } from "./temporary-folder.js";
import { waitUntil } from "./wait-until.js";

export interface ReplicatedOptions {
  /**
   * How long the replica holds every commit back, as PostgreSQL writes it: "300ms", "2s", "1h". By
   * default not at all. A promoted replica applies at once what it held back.
   */
  readonly replayDelay?: string;
}

/**
 * A primary and a hot standby on 127.0.0.1, whose URLs name the database `postgres` and its
 * superuser. Replication is synchronous up to the replica's log, as between the zones of a managed
 * service: no failover loses what was committed.
 */
export interface ReplicatedPostgres {
  /** What applications use: the primary at any time. The address stays the same in a failover. */
  readonly url: string;
  /** The first primary's own address. */
  readonly primaryUrl: string;
  /** The replica's own address; it accepts writes after a failover. */
  readonly replicaUrl: string;
  /** From now on the replica shows nothing new, until `caughtUp`. Not after a failover. */
  holdReplay(): Promise<void>;
  /** Waits until the replica shows everything that is committed now. Not after a failover. */
  caughtUp(): Promise<void>;
  /**
   * Replaces the primary by the replica, once. Connections to `url` that are opened meanwhile wait
   * for the new primary; older ones stay with the old one, or end with it.
   */
  failover(kind: FailoverKind): Promise<void>;
  /** Stops both servers and removes their data. Idempotent. */
  close(): Promise<void>;
}

/** Starts both servers, which end with this process at the latest. Takes two to three seconds. */
export async function startReplicated(
  options: ReplicatedOptions = {},
): Promise<ReplicatedPostgres> {
  return undoneOnFailure(async (endings) => {
    const folder = await temporaryFolder();
    endings.defer(() => folder.remove());
    const pair = await startPair(folder.path, options.replayDelay ?? "0", endings);
    const { primary, replica } = pair;
    const forwarder = await startForwarder(primary.port);
    endings.defer(() => forwarder.close());

    let isFailedOver = false;
    return {
      url: onPort(primary.url, forwarder.port),
      primaryUrl: primary.url,
      replicaUrl: replica.url,
      holdReplay: () => holdReplay(pair),
      caughtUp: () => waitForReplay(pair),
      async failover(kind) {
        if (isFailedOver) throw new Error("no replica is left to fail over to");
        isFailedOver = true;
        const promoted = failOver(pair, kind);
        forwarder.switchTo(promoted.then(() => replica.port));
        await promoted;
      },
      close: () => endings.end(),
    };
  });
}

async function holdReplay({ replica }: Pair): Promise<void> {
  await query(replica.url, "SELECT pg_wal_replay_pause()");
  await waitUntil("the replica holds its replay", async () => {
    const [row] = await query<{ state: string }>(
      replica.url,
      "SELECT pg_get_wal_replay_pause_state() AS state",
    );
    return row?.state === "paused";
  });
}

async function waitForReplay({ primary, replica }: Pair): Promise<void> {
  await query(replica.url, "SELECT pg_wal_replay_resume()");
  const [written] = await query<{ lsn: string }>(
    primary.url,
    "SELECT pg_current_wal_flush_lsn()::text AS lsn",
  );
  await waitUntil("the replica has caught up", async () => {
    const [row] = await query<{ replayed: boolean }>(
      replica.url,
      "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS replayed",
      [written?.lsn],
    );
    return row?.replayed === true;
  });
}
