import type {
  DirectUploadErrorCode,
  DirectUploadRequests,
  UploadProgress,
} from "../../src/index.js";

/** What the client is asked to do. */
export interface Task {
  /** Which sound. */
  file: "small" | "large";
  /** What the application answers; each `refresh` takes the next one. */
  answers: (() => Promise<DirectUploadRequests | null>)[];
  /** Ends the upload at the first progress of at least so many bytes. */
  abortAt?: number;
  /** Has onProgress throw then. */
  throwAt?: number;
  retries?: number;
  concurrency?: number;
  withoutRefresh?: boolean;
  /** Ends the upload while the application owes an answer, which never comes. */
  abortInRefresh?: boolean;
}

export interface Failure {
  name: string;
  message: string;
  code?: DirectUploadErrorCode;
  status?: number;
  s3Code?: string;
}

/** What came of it. */
export interface Outcome {
  progress: UploadProgress[];
  failure?: Failure;
}

/** Where the client runs. */
export interface Platform {
  upload(task: Task): Promise<Outcome>;
  close(): Promise<void>;
}
