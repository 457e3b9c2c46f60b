import type { StorageClient } from "./upload/storage-client.js";
import type { Sequelize } from "sequelize-typescript";

import { type ObjectStoreLogger, silentLogger } from "./logger.js";
import { audit } from "./maintenance/audit.js";
import type { ObjectStoreMaintenance } from "./maintenance/contract.js";
import { eraseUser } from "./maintenance/erase-user.js";
import type { InventoryKind } from "./maintenance/inventory.js";
import { longCall } from "./maintenance/long-call.js";
import { sweep } from "./maintenance/sweep.js";
import { usage } from "./maintenance/usage.js";
import { verify } from "./maintenance/verify.js";
import { EraseRepo } from "./repo/erase-repo.js";
import { InventoryRepo } from "./repo/inventory-repo.js";
import { modelsFor } from "./repo/models-for.js";
import { ownTransactions } from "./repo/own-transaction.js";
import { SweepRepo } from "./repo/sweep-repo.js";
import { UsageRepo } from "./repo/usage-repo.js";
import { checkInteger } from "./service/check.js";
import { countSwept } from "./telemetry/count-swept.js";
import { observed } from "./telemetry/observed.js";

export type {
  AuditFinding,
  AuditOptions,
  AuditReport,
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

export interface MaintenanceOptions {
  database: Sequelize;
  s3: StorageClient;
  /** As given to the provider; 600 by default. */
  leaseSeconds?: number;
  /** Hears of what could not be swept, and why; silent by default. */
  logger?: ObjectStoreLogger;
}

/** @throws InvalidInputError (`invalid_input`) when an option is out of its bounds */
export function objectStoreMaintenance(options: MaintenanceOptions): ObjectStoreMaintenance {
  const { database, s3, logger = silentLogger } = options;
  const leaseSeconds = checkInteger("leaseSeconds", options.leaseSeconds ?? 600, 10, 86_400);
  const models = modelsFor(database);
  const swept = [
    { repo: new SweepRepo(models.image), folder: "images" },
    { repo: new SweepRepo(models.audio), folder: "audio" },
    { repo: new SweepRepo(models.directUpload), folder: "staging" },
  ] as const;
  const inventoryOf = (status?: "ready"): readonly [InventoryKind, InventoryKind] => [
    { kind: "audio", folder: "audio", repo: new InventoryRepo(models.audio, status) },
    { kind: "image", folder: "images", repo: new InventoryRepo(models.image, status) },
  ];
  const staging = { folder: "staging", repo: new InventoryRepo(models.directUpload) } as const;
  const inventory = [...inventoryOf(), staging] as const;
  const readyFiles = inventoryOf("ready");
  const erased = [
    // First, so that none becomes a file behind the erasure's back.
    { kind: "direct_upload", folder: "staging", repo: new EraseRepo(models.directUpload) },
    { kind: "image", folder: "images", repo: new EraseRepo(models.image) },
    { kind: "audio", folder: "audio", repo: new EraseRepo(models.audio) },
  ] as const;
  const inOwnTransaction = ownTransactions(database);
  const usageRepo = new UsageRepo(database);
  const run = <Result>(
    name: string,
    action: string,
    signal: AbortSignal | undefined,
    work: () => Promise<Result>,
  ): Promise<Result> => observed({ name }, logger, () => longCall(action, signal, work));
  return Object.freeze({
    sweep: (call = {}) =>
      run("sweep", "sweep", call.signal, async () =>
        countSwept(await sweep(swept, { s3, logger, leaseSeconds }, call)),
      ),
    audit: (call = {}) =>
      run("audit", "audit the bucket", call.signal, () =>
        audit(inventory, { s3, logger, inOwnTransaction }, call),
      ),
    verify: (call = {}) =>
      run("verify", "verify objects", call.signal, () => verify(readyFiles, { s3, logger }, call)),
    eraseUser: (userId, call = {}) =>
      run("erase_user", "erase a user's files", call.signal, () =>
        eraseUser(erased, { s3, logger, leaseSeconds }, userId, call),
      ),
    usage: (call = {}) => run("usage", "count files", call.signal, () => usage(usageRepo, call)),
  } satisfies ObjectStoreMaintenance);
}
