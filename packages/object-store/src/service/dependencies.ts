import type { MediaKind } from "@repo/media-inspection";

import type { MediaEvents } from "../events/media-events.js";
import type { Gate } from "../gate/gate.js";
import type { Owner, OwnerId, Reader } from "../owner-types.js";
import type { ObjectStoreLogger } from "../logger.js";
import type { PrivacyLevel } from "../privacy.js";
import type { Persistence } from "../persistence.js";
import type { Quotas } from "../quota/quotas.js";
import type { Inspector } from "../upload/inspector.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { Strictness } from "../upload/verification.js";
import type { Recipes } from "../rendering/recipes.js";
import type { VariantMaker } from "../variants/variant-maker.js";
import type { OpenCalls } from "./open-calls.js";
import type { TransactionEnds } from "./transaction-ends.js";

/** What every use case works with. */
export interface Dependencies extends Persistence {
  s3: StorageClient;
  logger: ObjectStoreLogger;
  calls: OpenCalls;
  /** What is left to do once callers' transactions have ended. */
  ends: TransactionEnds;
  quotas: Quotas;
  mediaEvents: MediaEvents<OwnerId>;
  /** Whether users may share their files. */
  isSharing: boolean;
  /** The most bytes that a file may hold. */
  maxBytes: number;
  /** Seconds that a URL works unless the call says otherwise. */
  urlExpiresIn: number;
  /** Seconds during which a URL stays the same, unless the call says otherwise. */
  urlWindow: number | undefined;
  /** Keys the cursors of lists. */
  cursorSecret: string | undefined;
  /** Seconds after which what a crashed upload or deletion left may be swept. */
  leaseSeconds: number;
  /** Seconds for which an upload waits for its source's next byte. */
  sourceTimeoutSeconds: number;
  /** Seconds that an upload may take. */
  uploadTimeoutSeconds: number;
  inspector: Inspector;
  /** What files have to pass before they are made. */
  gate: Gate;
  /** The recipes of variants. */
  recipes: Recipes;
  maker: VariantMaker;
  /** How strictly an upload is judged unless the call says otherwise. */
  strictness: Strictness;
  /** What is removed from files unless the call says otherwise. */
  privacy: PrivacyLevel;
}

/** One collection: the files of one kind and owner. */
export interface CollectionScope<K extends MediaKind, Of extends Reader = Owner> {
  readonly dependencies: Dependencies;
  readonly owner: Of;
  readonly kind: K;
}
