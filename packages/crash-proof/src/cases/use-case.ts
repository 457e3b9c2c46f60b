import type { createDatabase } from "@repo/database";
import type { AudioCollection, ImageCollection } from "@repo/object-store";
import type { ObjectStoreMaintenance } from "@repo/object-store/maintenance";

import type { JournalWriter } from "../child/journal-writer.js";
import type { Kind, Stage } from "../job.js";

/** What a use case works with, in the child. */
export interface Props {
  journal: JournalWriter;
  database: ReturnType<typeof createDatabase>;
  maintenance: ObjectStoreMaintenance;
  /** The user's files of the case's kind. */
  collection: ImageCollection | AudioCollection;
  audio: AudioCollection;
  kind: Kind;
  stage: Stage;
  /** Milliseconds after which a client of S3 gives up; it waits for ever by default. */
  patience: number | undefined;
  /** Whether so much time has passed that every lease is over, and every signed request expired. */
  isLate: () => boolean;
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
  /** Whether the first of the files has an idempotency key, `KEY`. */
  readonly keyed?: boolean;
  /** Codes of errors that it is there to meet. */
  readonly meets?: readonly string[];
  /** Whether it makes several calls at once, so that its steps come in another order each time. */
  readonly atOnce?: boolean;
  /** What the caller does after the crash: the same once more. */
  readonly afterwards?: "retry upload" | "complete again" | "erase" | "audit";
  run(props: Props): Promise<void>;
}
