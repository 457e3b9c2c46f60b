import type { S3ProviderOptions } from "@repo/s3-provider";

/*
 * Glossary
 * step     one use of PostgreSQL or S3 by the child: a statement, a connection or an HTTP request.
 * trouble  what goes wrong in a case.
 * case     one use case on one kind of file with one trouble.
 * journal  what the child said of its calls before it died, line by line.
 */

export const KINDS = ["image", "audio"] as const;
export type Kind = (typeof KINDS)[number];

/** Where in a step the process dies. */
export type Phase =
  /** Nothing was sent. */
  | "before"
  /** A part of a request's body was sent. */
  | "midway"
  /** All was sent, and the answer is awaited. */
  | "sent"
  /** The answer has come, and nobody has seen it. */
  | "after";

export type S3Trouble =
  | "error once"
  | "errors"
  | "hang"
  | "reset"
  | "reset midway"
  | "response lost once"
  | "responses lost"
  | "response cut"
  | "partial delete errors";

export type Trouble =
  | { readonly type: "none" }
  | { readonly type: "kill"; readonly step: number; readonly phase: Phase }
  /** The server crashes before a statement, or with the answer of one that took effect. */
  | {
      readonly type: "postgres";
      readonly step: number;
      readonly phase: "before" | "after";
      /** Whether it is up again when the child goes on, or only once it has ended. */
      readonly back: "at once" | "late";
    }
  | {
      readonly type: "s3";
      readonly request: number;
      readonly fault: Exclude<S3Trouble, "reset midway">;
    }
  | {
      readonly type: "s3";
      readonly request: number;
      readonly fault: "reset midway";
      /** Bytes of the body that arrive. */
      readonly afterBytes: number;
    }
  /** Before a statement, or a call to the bucket, a sweep takes over what is unfinished. */
  | {
      readonly type: "overtaken";
      readonly before: "statement" | "storage call";
      /** The step of the statement, or the number of the call. */
      readonly number: number;
    };

/** A guarantee that is switched off, to show that the harness notices. */
export const SABOTAGES = ["intent", "tombstone", "compare-and-set", "replacement"] as const;
export type Sabotage = (typeof SABOTAGES)[number];

/** Bytes on the disk. */
export interface MediaBytes {
  readonly path: string;
  readonly sha256: string;
  readonly byteSize: number;
}

/** One file of sample media. */
export interface Media extends MediaBytes {
  /** What is stored of it with `privacy: "all"`. */
  readonly stripped: MediaBytes;
}

/** A file that was stored before the trouble began. */
export interface KnownFile {
  readonly id: string;
  readonly sha256: string;
  /** SHA-256 of what it becomes when it is stripped. */
  readonly strippedSha256: string;
}

/** What the child works on. */
export interface Stage {
  readonly userId: string;
  /** Files of the user. */
  readonly files: readonly KnownFile[];
  /** Small files to upload, each with bytes of its own. */
  readonly small: readonly Media[];
  /** Files that do not fit into one part. */
  readonly large: readonly Media[];
}

/** What the child is told. */
export interface Job {
  readonly useCase: string;
  readonly kind: Kind;
  readonly stage: Stage;
  readonly trouble: Trouble;
  readonly sabotage: Sabotage | undefined;
  readonly databaseUrl: string;
  readonly pooler: "transaction" | undefined;
  readonly s3: S3ProviderOptions;
  /** Milliseconds after which a client of S3 gives up; it waits for ever by default. */
  readonly patience: number | undefined;
  /** Days by which the child takes objects for older than they are. */
  readonly ageObjectsByDays: number;
}

/** A step as the dry run saw it. */
export interface Step {
  readonly system: "postgres" | "s3";
  /** Such as `UPDATE` or `PUT`. */
  readonly what: string;
  /** Bytes of a body that went out piece by piece, so that it can break in between. */
  bodyBytes: number;
  /** Whether an answer came. */
  isAnswered: boolean;
}

/** A variant that somebody was shown; it is there for as long as its file. */
export interface ShownVariant {
  fileId: string;
  s3Key: string;
  /** Whether its recipe is no longer one of the application's, so that it may be removed. */
  isOld?: boolean;
}
