import type { StorageClient } from "./upload/storage-client.js";
import type { Sequelize } from "sequelize-typescript";

import { type ObjectStoreLogger, safeLogger } from "./logger.js";
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
import { checkServers } from "./service/check-servers.js";
import { checkOptions } from "./check-options.js";
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
  const { database, s3 } = checkServers(options);
  const logger = safeLogger(options.logger);
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
  const run = <Options extends { signal?: AbortSignal }, Result>(
    name: string,
    action: string,
    given: Options | undefined,
    work: (call: Options) => Promise<Result>,
  ): Promise<Result> =>
    observed({ name }, logger, () => {
      const call = checkOptions(given);
      return longCall(action, call.signal, () => work(call));
    });
  return Object.freeze({
    sweep: (options) =>
      run("sweep", "sweep", options, async (call) =>
        countSwept(await sweep(swept, { s3, logger, leaseSeconds }, call)),
      ),
    audit: (options) =>
      run("audit", "audit the bucket", options, (call) =>
        audit(inventory, { s3, logger, inOwnTransaction }, call),
      ),
    verify: (options) =>
      run("verify", "verify objects", options, (call) => verify(readyFiles, { s3, logger }, call)),
    eraseUser: (userId, options) =>
      run("erase_user", "erase a user's files", options, (call) =>
        eraseUser(erased, { s3, logger, leaseSeconds }, userId, call),
      ),
    usage: (options) => run("usage", "count files", options, (call) => usage(usageRepo, call)),
  } satisfies ObjectStoreMaintenance);
}
