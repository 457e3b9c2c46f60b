import type { createDatabase } from "@repo/database";
import type {
  AudioCollection,
  BeforeReady,
  DirectRequest,
  ImageCollection,
  ObjectStoreOptions,
  ObjectStoreProvider,
} from "@repo/object-store";
import type { ObjectStoreMaintenance } from "@repo/object-store/maintenance";
import type { S3Operation } from "@repo/s3-provider";

import type { JournalWriter } from "../child/journal-writer.js";
import type { Kind, Media, Stage, Trouble } from "../job.js";
import type { RecipeName } from "./recipes.js";

type Privacy = NonNullable<ObjectStoreOptions["privacy"]>;

/** What a use case works with, in the child. */
export interface Props {
  journal: JournalWriter;
  database: ReturnType<typeof createDatabase>;
  /** What is between this process and PostgreSQL. */
  pooler: "transaction" | undefined;
  store: ObjectStoreProvider;
  maintenance: ObjectStoreMaintenance;
  /** The user's files of the case's kind. */
  collection: ImageCollection | AudioCollection;
  /** The same files as another process of the application has them, that shares the servers only. */
  inAnotherProcess: () => Pick<Props, "collection" | "maintenance">;
  /** Does something before the store's next call of an operation of the bucket, which waits for it. */
  before: (operation: S3Operation, work: () => Promise<unknown>) => void;
  kind: Kind;
  /** What the store removes from files before it stores them. */
  privacy: Exclude<Privacy, "location">;
  stage: Stage;
  /** Milliseconds after which a client of S3 gives up; it waits for ever by default. */
  patience: number | undefined;
  /** Whether so much time has passed that every lease is over, and every signed request expired. */
  isLate: () => boolean;
  /** Has another client begin to send a file, which it does at a drip until all was swept. */
  drip: (request: DirectRequest, media: Media) => Promise<void>;
}

/** What is on the stage besides the user's files. */
export interface Leftovers {
  /** An upload that crashed: an expired row, its object and a multipart upload. */
  crashedUpload?: boolean;
  /** A deletion that crashed: an expired row and its object. */
  crashedDeletion?: boolean;
  /** An object without a row. */
  orphan?: boolean;
  /** A file without its object. */
  missingObject?: boolean;
}

/** Something that an application, or its operator, does. */
export interface UseCase {
  readonly name: string;
  /** Kinds of file that it is for; all by default. */
  readonly kinds?: readonly Kind[];
  /** Files of the user to begin with. */
  readonly files: number;
  readonly leftovers?: Leftovers;
  /** The variants that each of the files has, by the recipes of an earlier version. */
  readonly variants?: readonly RecipeName[];
  /** Whether the first of the files has an idempotency key, `KEY`. */
  readonly keyed?: boolean;
  /** Whether the first of the files is in the trash, and its time there over. */
  readonly trash?: "restorable" | "overdue";
  /** What rows of the application's that refer to the first of the files do about their deletion. */
  readonly references?: readonly ("restrict" | "cascade")[];
  /** What the store removes from files before it stores them; nothing by default. */
  readonly privacy?: Exclude<Privacy, "location">;
  /** What a file has to pass before it is ready; nothing by default. */
  readonly beforeReady?: BeforeReady;
  /** Whether the store counts what the user has. */
  readonly hasQuota?: boolean;
  /** Whether the first PUT goes unanswered, and arrives once the process has come to its end. */
  readonly landsLate?: boolean;
  /** Whether another client sends a file at a drip until all was swept. */
  readonly drips?: boolean;
  /** Whether all is in the schema before the journal at first, which is then migrated. */
  readonly migrates?: boolean;
  /** What is between the process and PostgreSQL. */
  readonly pooler?: "transaction";
  /** Whether its end is the end of the process, whatever is still open. */
  readonly exits?: boolean;
  /** Troubles that it meets; all by default. */
  readonly troubles?: readonly Trouble["type"][];
  /** Of so many troubles it meets one in a whole run; it meets every one by default. */
  readonly oneIn?: number;
  /** Codes of errors that it is there to meet. */
  readonly meets?: readonly string[];
  /** Whether it makes several calls at once, so that its steps come in another order each time. */
  readonly atOnce?: boolean;
  /** What the caller does after the crash: the same once more. */
  readonly afterwards?:
    | "retry upload"
    | "complete again"
    | "make again"
    | "fill again"
    | "strip again"
    | "erase"
    | "audit";
  run(props: Props): Promise<unknown>;
}
