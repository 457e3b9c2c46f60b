import type { MediaKind } from "@repo/media-inspection";

import type { ObjectStoreLogger } from "../logger.js";
import type { OwnerType } from "../owner-types.js";
import type { Journal } from "../repo/journal-repo.js";
import type { KeyRepo } from "../repo/key-repo.js";
import type { Files } from "../repo/media-repo.js";
import type { Owners } from "../repo/owner-repo.js";
import type { UnfinishedRepo } from "../repo/unfinished-repo.js";
import type { StorageClient } from "../upload/storage-client.js";

/** What sweeps, audits and erasures work with. */
export interface MaintenanceDependencies {
  s3: StorageClient;
  logger: ObjectStoreLogger;
  leaseSeconds: number;
  ownerType: OwnerType;
  owners: Pick<Owners, "check">;
  journal: Pick<Journal, "forget">;
  keys: KeyRepo;
  unfinished: UnfinishedRepo;
  files: Readonly<Record<MediaKind, Files>>;
}
