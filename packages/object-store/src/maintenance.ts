import type { InspectionLimits } from "@repo/media-inspection";
import type { VariantRecipe } from "@repo/media-processing";
import type { Sequelize } from "sequelize";

import { checkServers } from "./checks.js";
import type { TableOptions } from "./layout.js";
import type { ObjectStoreLogger } from "./logger.js";
import type { ObjectStoreMaintenance } from "./maintenance/contract.js";
import type { MaintenanceRows } from "./maintenance/dependencies.js";
import { maintenanceOver } from "./maintenance/maintenance-over.js";
import { tablesIn } from "./persistence.js";
import { AudioRepo } from "./repo/audio-repo.js";
import { CounterRepo } from "./repo/counter-repo.js";
import { EventRepo } from "./repo/event-repo.js";
import { GrantRepo } from "./repo/grant-repo.js";
import { ImageRepo } from "./repo/image-repo.js";
import { InventoryRepo } from "./repo/inventory-repo.js";
import { JournalRepo } from "./repo/journal-repo.js";
import { KeyRepo } from "./repo/key-repo.js";
import { OwnerRepo } from "./repo/owner-repo.js";
import { UnfinishedRepo } from "./repo/unfinished-repo.js";
import { UsageRepo } from "./repo/usage-repo.js";
import { VariantRepo } from "./repo/variant-repo.js";
import type { OwnerType } from "./owner-types.js";
import type { IsolationOptions } from "./upload/decoding.js";
import type { StorageClient } from "./upload/storage-client.js";

export type { Privacy } from "@repo/media-inspection";
export type { JournalPurpose } from "./models/journal.model.js";
export type {
  AuditFinding,
  AuditOptions,
  AuditReport,
  BucketFacts,
  DeadEvent,
  EraseOptions,
  ErasureLine,
  ErasureProgress,
  ErasureReceipt,
  EventsOptions,
  EventsReport,
  LongCallOptions,
  MakeVariantsOptions,
  MakeVariantsReport,
  ObjectStoreMaintenance,
  OwnerUsage,
  RecountFinding,
  RecountOptions,
  RecountReport,
  StripFinding,
  StripOptions,
  StripReport,
  SweepOptions,
  SweepReport,
  Usage,
  UsageOptions,
  UsageReport,
  VerifyFinding,
  VerifyOptions,
  VerifyReport,
} from "./maintenance/contract.js";

export interface MaintenanceOptions<Type extends OwnerType = OwnerType> extends TableOptions<Type> {
  database: Sequelize;
  s3: StorageClient;
  /** As given to the provider; 2 by default. */
  ownConnections?: number;
  /** As given to the provider. */
  pooler?: "transaction";
  /** As given to the provider; 600 by default. */
  leaseSeconds?: number;
  /** As given to the provider, for erasures, `makeVariants` and `strip`. */
  events?: boolean;
  /** As given to the provider, for `strip`. */
  inspection?: Partial<InspectionLimits>;
  /** As given to the provider, for `makeVariants`. */
  variants?: Readonly<Record<string, VariantRecipe>>;
  /** As given to the provider, for `makeVariants`; `parallel` takes the place of `maxWaiting`. */
  isolation?: IsolationOptions;
  /** Logger for what could not be swept, and why; silent by default. */
  logger?: ObjectStoreLogger;
}

/** @throws InvalidInputError (`invalid_input`) when an option is out of its bounds */
export function objectStoreMaintenance<Type extends OwnerType = "uuid">(
  options: MaintenanceOptions<Type>,
): ObjectStoreMaintenance<Type> {
  const { database, s3 } = checkServers(options);
  const { leaseSeconds, logger, inspection, variants, isolation, events } = options;
  const tables = tablesIn(database, options);
  const owners = new OwnerRepo(tables);
  const rows: MaintenanceRows = {
    ownerType: tables.layout.ownerType,
    owners,
    journal: new JournalRepo(tables, owners),
    keys: new KeyRepo(tables),
    unfinished: new UnfinishedRepo(tables),
    files: { image: new ImageRepo(tables), audio: new AudioRepo(tables) },
    inventoryOf: (kind, given) => new InventoryRepo(tables, kind, given),
    usage: new UsageRepo(tables),
    counters: new CounterRepo(tables),
    events: new EventRepo(tables),
    grants: new GrantRepo(tables),
    variants: new VariantRepo(tables),
  };
  const settings = { s3, leaseSeconds, logger, inspection, variants, isolation, events };
  return maintenanceOver(rows, settings);
}
