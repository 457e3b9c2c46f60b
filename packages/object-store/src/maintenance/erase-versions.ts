import {
  type ListedVersion,
  S3AccessDeniedError,
  S3InvalidRequestError,
  type VersionLock,
} from "@repo/s3-provider";

import type { VersionsClient } from "../upload/storage-client.js";
import type { ErasureLine } from "./contract.js";
import { rethrowUnlessS3 } from "./long-call.js";

/** Requests at a time. */
const PARALLEL = 16;

/** What a line says of the end of a version. */
type VersionOutcome = Pick<ErasureLine, "outcome" | "until" | "retention" | "errorCode">;

const ERASED: VersionOutcome = {
  outcome: "erased",
  until: null,
  retention: null,
  errorCode: null,
};

/** Removes versions and delete markers for good, and calls back with what became of each. */
export async function eraseVersions(
  versions: VersionsClient,
  given: readonly ListedVersion[],
  signal: AbortSignal | undefined,
  onEnd: (version: ListedVersion, end: VersionOutcome) => void,
): Promise<void> {
  for (let start = 0; start < given.length; start += PARALLEL) {
    const some = given.slice(start, start + PARALLEL);
    const ends = await Promise.all(some.map((version) => eraseVersion(versions, version, signal)));
    for (const [index, version] of some.entries()) onEnd(version, ends[index] ?? ERASED);
  }
}

async function eraseVersion(
  versions: VersionsClient,
  version: ListedVersion,
  signal: AbortSignal | undefined,
): Promise<VersionOutcome> {
  try {
    await versions.delete(version, { signal });
    return ERASED;
  } catch (error) {
    rethrowUnlessS3(error);
    // S3 answers a locked version and missing rights alike; MinIO answers a locked one with 400.
    const isRefused =
      error instanceof S3AccessDeniedError || error instanceof S3InvalidRequestError;
    const lock =
      isRefused && !version.isDeleteMarker ? await lockOf(versions, version, signal) : undefined;
    if (lock === undefined || isOver(lock)) {
      return { ...ERASED, outcome: "failed", errorCode: error.code };
    }
    const { mode: retention, until } = lock;
    return { outcome: "retained", until, retention, errorCode: null };
  }
}

/** S3 keeps the date of a retention that is over. */
function isOver({ until }: VersionLock): boolean {
  return until !== null && until.getTime() <= Date.now();
}

async function lockOf(
  versions: VersionsClient,
  version: ListedVersion,
  signal: AbortSignal | undefined,
): ReturnType<VersionsClient["lockOf"]> {
  try {
    return await versions.lockOf(version, { signal });
  } catch (error) {
    rethrowUnlessS3(error);
    return undefined;
  }
}
