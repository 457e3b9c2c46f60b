import { Connections, PreparedStatement } from "@repo/database";
import type { MediaKind } from "@repo/media-inspection";
import type { Sequelize, Transaction } from "sequelize";

import { checkBoolean, checkInteger, checkPooler, checkReads } from "./checks.js";
import { Layout, type TableOptions } from "./layout.js";
import type { OwnerType } from "./owner-types.js";
import { AudioRepo } from "./repo/audio-repo.js";
import { CounterRepo, type Counters } from "./repo/counter-repo.js";
import { currentTransaction, requireReadCommitted } from "./repo/caller-transaction.js";
import { withDatabaseErrors } from "./repo/database-failure.js";
import { DirectUploadRepo, type DirectUploadRows } from "./repo/direct-upload-repo.js";
import { EventRepo, type EventRows } from "./repo/event-repo.js";
import { GrantRepo, type Grants } from "./repo/grant-repo.js";
import { ImageRepo } from "./repo/image-repo.js";
import { type Journal, JournalRepo } from "./repo/journal-repo.js";
import { ListRepo, type ListRows } from "./repo/list-repo.js";
import type { Files } from "./repo/media-repo.js";
import { OwnerRepo, type Owners } from "./repo/owner-repo.js";
import { SchemaCheck } from "./repo/schema-check.js";
import type { Tables } from "./repo/tables.js";
import { VariantRepo, type Variants } from "./repo/variant-repo.js";

/** Where the rows are: in PostgreSQL, or in memory for tests of applications. */
export interface Persistence {
  files: { readonly [K in MediaKind]: Files<K> };
  lists: ListRows;
  directUploads: DirectUploadRows;
  journal: Journal;
  variants: Variants;
  counters: Counters;
  events: EventRows;
  grants: Grants;
  owners: Owners;
  /** What owners' ids are. */
  ownerType: OwnerType;
  /** @throws InvalidInputError (`invalid_input`) unless it is READ COMMITTED */
  requireReadCommitted: (transaction: Transaction) => Promise<void>;
  /** The transaction of the running code, for calls that name none. */
  currentTransaction: () => Transaction | undefined;
  /** Resolves when the rows can be reached. */
  isReady: () => Promise<unknown>;
}

interface DatabaseOptions extends TableOptions<OwnerType> {
  ownConnections?: number;
  pooler?: "transaction";
  events?: boolean;
}

/**
 * The tables of a store, or for maintenance.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function tablesIn(database: Sequelize, options: DatabaseOptions): Tables {
  const { ownConnections = 2, pooler, owner, schema, tables, events = false } = options;
  const own = checkInteger("ownConnections", ownConnections, 1, 1_000);
  return {
    connections: new Connections(database, { own, pooler: checkPooler(pooler) }),
    layout: new Layout({ owner, schema, tables }),
    tells: checkBoolean("events", events),
  };
}

const ANSWER = new PreparedStatement("SELECT 1");

/**
 * Rows in PostgreSQL.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function sqlPersistence(
  database: Sequelize,
  options: DatabaseOptions & { reads?: "primary" | "replica"; sharing?: boolean } = {},
): Persistence {
  const tables = tablesIn(database, options);
  const { connections, layout } = tables;
  const reads = checkReads(options.reads ?? "primary");
  const reading = { reads, sharing: options.sharing === true };
  const owners = new OwnerRepo(tables, reads);
  const schema = new SchemaCheck(tables);
  return {
    files: { image: new ImageRepo(tables, reading), audio: new AudioRepo(tables, reading) },
    lists: new ListRepo(tables, reads),
    directUploads: new DirectUploadRepo(tables),
    journal: new JournalRepo(tables, owners),
    variants: new VariantRepo(tables),
    counters: new CounterRepo(tables),
    events: new EventRepo(tables),
    grants: new GrantRepo(tables),
    owners,
    ownerType: layout.ownerType,
    requireReadCommitted: (transaction) => requireReadCommitted(connections, transaction),
    currentTransaction: () => currentTransaction(database),
    isReady: () =>
      Promise.all([
        owners.check(),
        schema.run(),
        withDatabaseErrors("answer", () => ANSWER.execute(connections, [])),
      ]),
  };
}
