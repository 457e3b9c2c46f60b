import type { Sequelize } from "sequelize";

import { checkInteger, checkOptions, checkServers } from "./checks.js";
import { FOLDERS, KINDS_IN_KEY_ORDER } from "./kinds.js";
import type { TableOptions } from "./layout.js";
import { type ObjectStoreLogger, safeLogger } from "./logger.js";
import { Auditor } from "./maintenance/auditor.js";
import type { ObjectStoreMaintenance } from "./maintenance/contract.js";
import type { MaintenanceDependencies } from "./maintenance/dependencies.js";
import { Eraser } from "./maintenance/eraser.js";
import { longCall } from "./maintenance/long-call.js";
import { type StagedPosition, Sweeper } from "./maintenance/sweeper.js";
import { usage } from "./maintenance/usage.js";
import { Verifier } from "./maintenance/verifier.js";
import { tablesIn } from "./persistence.js";
import { AudioRepo } from "./repo/audio-repo.js";
import { ImageRepo } from "./repo/image-repo.js";
import { InventoryRepo } from "./repo/inventory-repo.js";
import { JournalRepo } from "./repo/journal-repo.js";
import { KeyRepo } from "./repo/key-repo.js";
import { OwnerRepo } from "./repo/owner-repo.js";
import { UnfinishedRepo } from "./repo/unfinished-repo.js";
import { UsageRepo } from "./repo/usage-repo.js";
import type { OwnerType } from "./owner-types.js";
import { observed } from "./telemetry/telemetry.js";
import type { StorageClient } from "./upload/storage-client.js";

export type { JournalPurpose } from "./models/journal.model.js";
export type {
  AuditFinding,
  AuditOptions,
  AuditReport,
  BucketFacts,
  EraseOptions,
  ErasureLine,
  ErasureProgress,
  ErasureReceipt,
  LongCallOptions,
  ObjectStoreMaintenance,
  OwnerUsage,
  SweepOptions,
  SweepReport,
  Usage,
  UsageOptions,
  UsageReport,
  VerifyFinding,
  VerifyOptions,
  VerifyReport,
} from "./maintenance/contract.js";

export interface MaintenanceOptions extends TableOptions<OwnerType> {
  database: Sequelize;
  s3: StorageClient;
  /** As given to the provider; 2 by default. */
  ownConnections?: number;
  /** As given to the provider. */
  pooler?: "transaction";
  /** As given to the provider; 600 by default. */
  leaseSeconds?: number;
  /** Logger for what could not be swept, and why; silent by default. */
  logger?: ObjectStoreLogger;
}

/** @throws InvalidInputError (`invalid_input`) when an option is out of its bounds */
export function objectStoreMaintenance(options: MaintenanceOptions): ObjectStoreMaintenance {
  const { database, s3 } = checkServers(options);
  const logger = safeLogger(options.logger);
  const leaseSeconds = checkInteger("leaseSeconds", options.leaseSeconds ?? 600, 10, 86_400);
  const tables = tablesIn(database, options);
  const files = { image: new ImageRepo(tables), audio: new AudioRepo(tables) };
  const owners = new OwnerRepo(tables);
  const dependencies: MaintenanceDependencies = {
    s3,
    logger,
    leaseSeconds,
    ownerType: tables.layout.ownerType,
    owners,
    journal: new JournalRepo(tables, owners),
    keys: new KeyRepo(tables),
    unfinished: new UnfinishedRepo(tables),
    files,
  };
  const folders = KINDS_IN_KEY_ORDER.map((kind) => ({
    folder: FOLDERS[kind],
    rows: new InventoryRepo(tables, kind),
    ...(kind !== "direct_upload" && { files: files[kind] }),
  }));
  const verified = KINDS_IN_KEY_ORDER.flatMap((kind) => {
    if (kind === "direct_upload") return [];
    const rows = new InventoryRepo(tables, kind, { withHashes: true });
    return [{ kind, rows }];
  });
  const usageRepo = new UsageRepo(tables);
  const staged: StagedPosition = { after: undefined };
  const run = <Options extends { signal?: AbortSignal }, Result>(
    name: string,
    action: string,
    given: Options | undefined,
    work: (call: Options) => Promise<Result>,
  ): Promise<Result> =>
    observed({ name }, logger, () => {
      const call = checkOptions(given);
      return longCall(action, call.signal, async () => {
        await owners.check();
        return work(call);
      });
    });
  return Object.freeze({
    sweep: (options) =>
      run("sweep", "sweep", options, (call) => new Sweeper(dependencies, staged, call).sweep()),
    audit: (options) =>
      run("audit", "audit the bucket", options, (call) =>
        new Auditor(dependencies, folders, call).audit(),
      ),
    verify: (options) =>
      run("verify", "verify objects", options, (call) =>
        new Verifier(dependencies, verified, call).verify(),
      ),
    eraseUser: (userId, options) =>
      run("erase_user", "erase a user's files", options, (call) =>
        new Eraser(dependencies, userId, call).erase(),
      ),
    usage: (options) =>
      run("usage", "count files", options, (call) => usage(usageRepo, dependencies, call)),
  } satisfies ObjectStoreMaintenance);
}
