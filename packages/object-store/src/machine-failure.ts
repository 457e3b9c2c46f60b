import { ProcessingUnavailableError } from "@repo/media-processing";

import { type Resource, ResourceUnavailableError } from "./errors.js";

/** What a system call fails with where the machine has nothing left of a resource. */
const SHORTAGES: ReadonlyMap<string | undefined, Resource> = new Map([
  ["EMFILE", "file descriptors"],
  ["ENFILE", "file descriptors"],
  ["ENOMEM", "memory"],
  ["ERR_MEMORY_ALLOCATION_FAILED", "memory"],
  ["ENOSPC", "disk space"],
  ["EDQUOT", "disk space"],
  ["EFBIG", "disk space"],
]);

/** How deep a library may have wrapped the failure of a system call. */
const MAX_DEPTH = 5;

/** Maps a shortage of the machine, also one deep in the causes; undefined for any other failure. */
export function shortage(error: unknown): ResourceUnavailableError | undefined {
  let each = error;
  for (let depth = 0; each instanceof Error && depth < MAX_DEPTH; depth += 1) {
    const resource = SHORTAGES.get(codeOf(each));
    if (resource !== undefined) {
      return new ResourceUnavailableError(resource, { cause: error, retryable: true });
    }
    // Sequelize names what it wraps `parent`.
    each = each.cause ?? ("parent" in each ? each.parent : undefined);
  }
  return undefined;
}

/** Maps a failure to write or read a temporary file. */
function temporaryFileFailure(error: unknown): ResourceUnavailableError {
  const facts = { cause: error, retryable: false };
  return shortage(error) ?? new ResourceUnavailableError("temporary folder", facts);
}

/** Runs an allocation; V8 throws a plain RangeError where there is no memory for a buffer. */
export function allocated<Memory>(allocate: () => Memory): Memory {
  try {
    return allocate();
  } catch (error) {
    throw new ResourceUnavailableError("memory", { cause: error, retryable: true });
  }
}

/**
 * Codes with which no repetition will start a process or thread: its program cannot be found or run,
 * or ended by itself.
 */
const NO_PROGRAM =
  /^(EACCES|ENOENT|ENOEXEC|ENOTDIR|EPERM|(ERR_)?MODULE_NOT_FOUND|ERR_WORKER_PATH|EXIT_\d+)$/;

/** Maps a failure to start a process or a thread. */
export function startFailure(error: unknown): ResourceUnavailableError {
  const retryable = !NO_PROGRAM.test(codeOf(error) ?? "");
  return shortage(error) ?? new ResourceUnavailableError("processes", { cause: error, retryable });
}

/** Maps a failure of media processing that is the machine's fault; returns any other as it is. */
export function processingFailure(error: unknown): unknown {
  if (!(error instanceof ProcessingUnavailableError)) return error;
  const { operation, cause } = error;
  return operation === "start" ? startFailure(cause) : temporaryFileFailure(cause);
}

function codeOf(error: unknown): string | undefined {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: string };
  // Node tells only in words why it could not make a thread.
  if (code === "ERR_WORKER_INIT_FAILED") return message?.split(": ").at(-1);
  return typeof code === "string" ? code : undefined;
}
