import { Connections, PreparedStatement } from "@repo/database";
import type { MediaKind } from "@repo/media-inspection";
import type { Transaction } from "sequelize";
import type { Sequelize } from "sequelize-typescript";

import { checkInteger, checkPooler, checkReads } from "./checks.js";
import { AudioRepo } from "./repo/audio-repo.js";
import { currentTransaction, requireReadCommitted } from "./repo/caller-transaction.js";
import { withDatabaseErrors } from "./repo/database-failure.js";
import { DirectUploadRepo, type DirectUploadRows } from "./repo/direct-upload-repo.js";
import { ImageRepo } from "./repo/image-repo.js";
import { type Journal, JournalRepo } from "./repo/journal-repo.js";
import { ListRepo, type ListRows } from "./repo/list-repo.js";
import type { Files } from "./repo/media-repo.js";
import { OwnerRepo, type Owners } from "./repo/owner-repo.js";

/** Where the rows are: in PostgreSQL, or in memory for tests of applications. */
export interface Persistence {
  files: { readonly [K in MediaKind]: Files<K> };
  transcripts: Pick<AudioRepo, "setTranscript">;
  lists: ListRows;
  directUploads: DirectUploadRows;
  journal: Journal;
  owners: Owners;
  /** @throws InvalidInputError (`invalid_input`) unless it is READ COMMITTED */
  requireReadCommitted: (transaction: Transaction) => Promise<void>;
  /** The transaction of the running code, for calls that name none. */
  currentTransaction: () => Transaction | undefined;
  /** Resolves when the rows can be reached. */
  isReady: () => Promise<unknown>;
}

interface ConnectionOptions {
  ownConnections?: number;
  pooler?: "transaction";
}

/**
 * The connections for a store, or for maintenance.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function connectionsTo(
  database: Sequelize,
  { ownConnections = 2, pooler }: ConnectionOptions,
): Connections {
  const own = checkInteger("ownConnections", ownConnections, 1, 1_000);
  return new Connections(database, { own, pooler: checkPooler(pooler) });
}

const ANSWER = new PreparedStatement("SELECT 1");

/**
 * Rows in PostgreSQL.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function sqlPersistence(
  database: Sequelize,
  options: ConnectionOptions & { reads?: "primary" | "replica" } = {},
): Persistence {
  const connections = connectionsTo(database, options);
  const reads = checkReads(options.reads ?? "primary");
  const owners = new OwnerRepo(connections);
  const audio = new AudioRepo(connections, reads);
  return {
    files: { image: new ImageRepo(connections, reads), audio },
    transcripts: audio,
    lists: new ListRepo(connections, reads),
    directUploads: new DirectUploadRepo(connections),
    journal: new JournalRepo(connections, owners),
    owners,
    requireReadCommitted: (transaction) => requireReadCommitted(connections, transaction),
    currentTransaction: () => currentTransaction(database),
    isReady: () => withDatabaseErrors("answer", () => ANSWER.execute(connections, [])),
  };
}
