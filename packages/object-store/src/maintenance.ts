import type { Sequelize } from "sequelize-typescript";

import { type ObjectStoreLogger, safeLogger } from "./logger.js";
import { audit } from "./maintenance/audit.js";
import { FOLDERS, KINDS_IN_KEY_ORDER, MEDIA_KINDS, type MediaKind } from "./kinds.js";
import type { ObjectStoreMaintenance } from "./maintenance/contract.js";
import { eraseUser } from "./maintenance/erase-user.js";
import { longCall } from "./maintenance/long-call.js";
import { sweep } from "./maintenance/sweep.js";
import { StagedObjects } from "./maintenance/sweep-staged-objects.js";
import { usage } from "./maintenance/usage.js";
import { verify } from "./maintenance/verify.js";
import type { MediaFileModel } from "./models/media-file.model.js";
import { AudioRepo } from "./repo/audio-repo.js";
import { EraseRepo } from "./repo/erase-repo.js";
import { ImageRepo } from "./repo/image-repo.js";
import { InventoryRepo } from "./repo/inventory-repo.js";
import { JournalRepo } from "./repo/journal-repo.js";
import { KeyRepo } from "./repo/key-repo.js";
import type { Files } from "./repo/media-repo.js";
import { OwnerRepo } from "./repo/owner-repo.js";
import { SweepRepo } from "./repo/sweep-repo.js";
import { UsageRepo } from "./repo/usage-repo.js";
import { checkInteger } from "./service/check.js";
import { connectionsTo } from "./service/connections-to.js";
import { checkServers } from "./service/check-servers.js";
import { checkOptions } from "./check-options.js";
import { countSwept } from "./telemetry/count-swept.js";
import { observed } from "./telemetry/observed.js";
import type { StorageClient } from "./upload/storage-client.js";

export type { JournalPurpose } from "./models/journal.model.js";
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
  const connections = connectionsTo(database, options);
  const journal = new JournalRepo(connections, new OwnerRepo(connections));
  const keys = new KeyRepo(connections);
  const sweepRepo = new SweepRepo(connections);
  const eraseRepo = new EraseRepo(connections);
  const files: Record<MediaKind, Files<MediaFileModel>> = {
    image: new ImageRepo(connections),
    audio: new AudioRepo(connections),
  };
  const folders = KINDS_IN_KEY_ORDER.map((kind) => ({
    folder: FOLDERS[kind],
    rows: new InventoryRepo(connections, kind),
    ...(kind !== "direct_upload" && { files: files[kind] }),
  }));
  const verified = KINDS_IN_KEY_ORDER.flatMap((kind) => {
    if (kind === "direct_upload") return [];
    const rows = new InventoryRepo(connections, kind, { withHashes: true });
    return [{ kind, folder: FOLDERS[kind], rows }];
  });
  const staged = new StagedObjects();
  const tools = { s3, logger, leaseSeconds, journal, keys };
  const usageRepo = new UsageRepo(connections);
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
        countSwept(await sweep({ ...tools, repo: sweepRepo }, staged, call)),
      ),
    audit: (options) =>
      run("audit", "audit the bucket", options, (call) => audit(folders, tools, call)),
    verify: (options) =>
      run("verify", "verify objects", options, (call) => verify(verified, { s3, logger }, call)),
    eraseUser: (userId, options) =>
      run("erase_user", "erase a user's files", options, (call) =>
        eraseUser(
          MEDIA_KINDS.map((kind) => ({ kind, files: files[kind] })),
          { ...tools, repo: eraseRepo },
          userId,
          call,
        ),
      ),
    usage: (options) => run("usage", "count files", options, (call) => usage(usageRepo, call)),
  } satisfies ObjectStoreMaintenance);
}
