import { DEFAULT_INSPECTION_LIMITS, type InspectionLimits } from "@repo/media-inspection";
import type { VariantRecipe } from "@repo/media-processing";
import type { Sequelize } from "sequelize";

import { checkBoolean, checkInteger, checkLimits, checkSecret } from "./checks.js";
import { mediaEvents } from "./events/media-events.js";
import type { BeforeReady } from "./gate/before-ready.js";
import { Gate } from "./gate/gate.js";
import type { TableOptions } from "./layout.js";
import { type ObjectStoreLogger, safeLogger } from "./logger.js";
import type { OwnerIds, OwnerType } from "./owner-types.js";
import type { Persistence } from "./persistence.js";
import { type QuotaOption, Quotas } from "./quota/quotas.js";
import { checkPrivacy, type PrivacyLevel } from "./privacy.js";
import type { Dependencies } from "./service/dependencies.js";
import { OpenCalls } from "./service/open-calls.js";
import { TransactionEnds } from "./service/transaction-ends.js";
import { checkUrlWindow, MAX_URL_SECONDS } from "./service/urls.js";
import { MAX_UPLOAD_SECONDS, UPLOAD_SECONDS } from "./upload/abort.js";
import { type IsolationOptions, processesFor } from "./upload/decoding.js";
import { Inspector } from "./upload/inspector.js";
import { SOURCE_TIMEOUT_SECONDS } from "./upload/measured-source.js";
import type { StorageClient } from "./upload/storage-client.js";
import {
  checkStrictness,
  DEFAULT_STRICTNESS,
  type Truncation,
  type Verification,
} from "./upload/verification.js";
import { Recipes } from "./rendering/recipes.js";
import { ProcessRenderer, type Renderer } from "./rendering/renderer.js";
import { VariantMaker } from "./variants/variant-maker.js";

/** The largest file that any configuration accepts: 100 MB, 104,857,600 bytes. */
export const MAX_FILE_BYTES = 104_857_600;

export interface ObjectStoreOptions<Type extends OwnerType = "uuid"> extends TableOptions<Type> {
  /**
   * The application's Sequelize 6. The caller closes it. Where `createDatabase` of `@repo/database` has not
   * made it, set `dialectOptions.query_timeout` and `statement_timeout` (milliseconds), so that no call waits
   * for ever, and `logging: false`, as Sequelize writes every statement to the console.
   */
  database: Sequelize;
  /**
   * Most connections beside the pool of `database`, on which the module does what must never wait for
   * connections that its callers hold; 2 by default. All providers over one `database` share them.
   */
  ownConnections?: number;
  /**
   * What is between this process and PostgreSQL: `"transaction"` where a pooler lends a session for a
   * transaction only, such as PgBouncer in that mode. By default, what
   * `createDatabase` was given: name it for a connection that is made otherwise.
   */
  pooler?: "transaction";
  /**
   * Where `get`, `exists`, lists, URLs and downloads read rows, without a transaction, when `database`
   * has replicas: what a replica gives may be old. `"primary"` by default. Whatever decides is read from
   * the primary.
   */
  reads?: "primary" | "replica";
  /** The bucket: an `S3Provider` of `@repo/s3-provider`. The caller destroys it. */
  s3: StorageClient;
  /** The most bytes that a file may hold, up to and by default {@link MAX_FILE_BYTES}. */
  maxBytes?: number;
  /**
   * What each user may use at most, or a function that gives it for one, such as by its plan; an empty object
   * counts without a limit. Off by default. The function is called for every upload, with its variants once
   * more; what it throws, the upload rejects with. System-wide files have no quota.
   *
   * Once every process has it, run `recount` of maintenance: until then, what was stored before does not count.
   */
  quota?: QuotaOption<OwnerIds[Type]>;
  /**
   * Whether users may share their files, by `share`, and read what is shared with them; false by default. Give
   * the same to every provider over one database.
   */
  sharing?: boolean;
  /** Seconds that a signed URL works unless a call says otherwise; 900 by default. */
  urlExpiresIn?: number;
  /**
   * Seconds during which the URL of a file stays the same, byte for byte, so that browsers and CDNs
   * can cache by it; see `UrlOptions.window`. Off by default.
   */
  urlWindow?: number;
  /**
   * Keys the cursors of lists, 16 characters or more, the same in every process; without it a
   * client could make up a cursor, which gives it no more than another place in its own list.
   */
  cursorSecret?: string;
  /**
   * Seconds, 10 to 86,400, after which what a crashed call left may be swept; 600 by default. A
   * running upload renews its lease.
   */
  leaseSeconds?: number;
  /**
   * Seconds, 1 to 3,600, for which an upload waits for the next byte of its body before it fails with
   * `source_failed`; 60 by default. Time that it does not wait for the body does not count.
   */
  sourceTimeoutSeconds?: number;
  /**
   * Seconds, 1 to 86,400, that an upload, the completion of a direct one or the making of a variant may
   * take before it fails with `upload_expired`; 3,600 by default.
   */
  uploadTimeoutSeconds?: number;
  /** How thoroughly uploads are verified unless a call says otherwise; `metadata` by default. */
  verify?: Verification;
  /** Whether to accept images that were cut, unless a call says otherwise; `accept` by default. */
  truncated?: Truncation;
  /**
   * What is removed from files before they are stored, unless a call says otherwise, with the same pixels
   * and samples: nothing (`keep`), the places that they name (`location`), or everything that viewers and
   * players do not need (`all`). `keep` by default.
   */
  privacy?: PrivacyLevel;
  /**
   * What a file has to pass once its bytes are in S3 and its facts are known, before anybody can see it: one
   * hook, or several that run one after another, such as a virus scanner. A hook refuses a file by throwing
   * FileRefusedError; whatever else it throws, or if it takes too long, the upload fails with
   * `gate_failed`. Either way nothing is stored. A repetition by an idempotency key that finds its file, and
   * variants, pass none. No connection is held meanwhile but that of the caller's own transaction.
   */
  beforeReady?: BeforeReady<OwnerIds[Type]> | readonly BeforeReady<OwnerIds[Type]>[];
  /** Seconds, 1 to 3,600, that the hooks of one file may take together; 60 by default. */
  beforeReadyTimeoutSeconds?: number;
  /** Bounds of what inspection accepts. */
  inspection?: Partial<InspectionLimits>;
  /**
   * Writes an event of what happens to files, with the same statement, for `store.events.listen`. False by
   * default. Give it to every process that stores or changes files, and to maintenance. Events that nobody
   * listens to stay in their table.
   */
  events?: boolean;
  /**
   * Named recipes for pictures of files, for calls with `variant`. None by default. A recipe that changes
   * makes its variants anew; until then, the earlier ones are shown.
   */
  variants?: Readonly<Record<string, VariantRecipe>>;
  /**
   * Bounds of the processes that decode images and make variants. Without them, all providers of this process share one
   * set.
   */
  isolation?: IsolationOptions;
  /** Logger for background failures; silent by default. */
  logger?: ObjectStoreLogger;
}

/** Options of any type of owner: hooks take their own. */
export type ForAnyOwner<Options> = Omit<Options, "beforeReady"> & { beforeReady?: unknown };

/** Options that say where the rows are. */
export type DatabaseOptions =
  | "database"
  | "ownConnections"
  | "pooler"
  | "reads"
  | keyof TableOptions;

/**
 * What the use cases work with, by a store's options.
 *
 * @throws InvalidInputError (`invalid_input`) when an option is out of its bounds
 */
export function dependenciesOf(
  options: ForAnyOwner<Omit<ObjectStoreOptions, DatabaseOptions>> & { renderer?: Renderer },
  persistence: Persistence,
): Dependencies {
  const { s3, maxBytes, urlExpiresIn, sourceTimeoutSeconds } = options;
  const { journal } = persistence;
  const logger = safeLogger(options.logger);
  const calls = new OpenCalls();
  const leaseSeconds = checkInteger("leaseSeconds", options.leaseSeconds ?? 600, 10, 86_400);
  const uploadTimeoutSeconds = checkInteger(
    "uploadTimeoutSeconds",
    options.uploadTimeoutSeconds ?? UPLOAD_SECONDS,
    1,
    MAX_UPLOAD_SECONDS,
  );
  const processes = processesFor(options.isolation);
  const limits = checkLimits(options.inspection);
  const { maxPixels = DEFAULT_INSPECTION_LIMITS.maxPixels } = limits;
  const { maxWaiting } = processes;
  const renderer = options.renderer ?? new ProcessRenderer(processes.renderers, maxPixels);
  const { signal } = calls;
  return {
    ...persistence,
    s3,
    logger,
    calls,
    ends: new TransactionEnds({ journal, s3, logger, calls, leaseSeconds }),
    mediaEvents: mediaEvents(checkBoolean("events", options.events ?? false), {
      events: persistence.events,
      calls,
      logger,
    }),
    quotas: new Quotas(options.quota, persistence.counters),
    inspector: new Inspector(limits, processes, renderer),
    gate: new Gate(s3, options),
    recipes: new Recipes(options.variants),
    maker: new VariantMaker({
      ...persistence,
      s3,
      logger,
      leaseSeconds,
      uploadTimeoutSeconds,
      renderer,
      maxWaiting,
      signal,
    }),
    isSharing: checkBoolean("sharing", options.sharing ?? false),
    strictness: checkStrictness(options, DEFAULT_STRICTNESS),
    privacy: checkPrivacy(options.privacy ?? "keep"),
    maxBytes: checkInteger("maxBytes", maxBytes ?? MAX_FILE_BYTES, 1, MAX_FILE_BYTES),
    urlExpiresIn: checkInteger("urlExpiresIn", urlExpiresIn ?? 900, 1, MAX_URL_SECONDS),
    urlWindow: checkUrlWindow("urlWindow", options.urlWindow),
    cursorSecret: checkSecret("cursorSecret", options.cursorSecret),
    leaseSeconds,
    sourceTimeoutSeconds: checkInteger(
      "sourceTimeoutSeconds",
      sourceTimeoutSeconds ?? SOURCE_TIMEOUT_SECONDS,
      1,
      3_600,
    ),
    uploadTimeoutSeconds,
  };
}
