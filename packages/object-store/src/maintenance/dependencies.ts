import type { MediaKind } from "@repo/media-inspection";

import type { StoredKind } from "../kinds.js";
import type { ObjectStoreLogger } from "../logger.js";
import type { OwnerType } from "../owner-types.js";
import type { Counters } from "../repo/counter-repo.js";
import type { EventRows } from "../repo/event-repo.js";
import type { Grants } from "../repo/grant-repo.js";
import type { Inventory } from "../repo/inventory-repo.js";
import type { Journal } from "../repo/journal-repo.js";
import type { Keys } from "../repo/key-repo.js";
import type { Files } from "../repo/media-repo.js";
import type { Owners } from "../repo/owner-repo.js";
import type { Variants } from "../repo/variant-repo.js";
import type { UnfinishedRows } from "../repo/unfinished-repo.js";
import type { UsageCounts } from "../repo/usage-repo.js";
import type { VariantMaker } from "../variants/variant-maker.js";
import type { StorageClient } from "../upload/storage-client.js";

/** The rows to maintain: in PostgreSQL, or in memory for tests of applications. */
export interface MaintenanceRows {
  ownerType: OwnerType;
  owners: Pick<Owners, "check">;
  journal: Journal;
  keys: Keys;
  unfinished: UnfinishedRows;
  files: Readonly<Record<MediaKind, Files>>;
  variants: Variants;
  inventoryOf: (kind: StoredKind, options?: { withHashes?: boolean }) => Inventory;
  usage: UsageCounts;
  counters: Counters;
  events: EventRows;
  grants: Grants;
}

/** What sweeps, audits and erasures work with. */
export interface MaintenanceDependencies extends MaintenanceRows {
  s3: StorageClient;
  logger: ObjectStoreLogger;
  leaseSeconds: number;
  /** Whether events are written. */
  tells: boolean;
  maker: VariantMaker;
  /** Processes at most that make variants. */
  renderers: number;
}
