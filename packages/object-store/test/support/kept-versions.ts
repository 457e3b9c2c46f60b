import { type ListedVersion, type ObjectVersion, S3AccessDeniedError } from "@repo/s3-provider";

import type { StorageClient } from "../../src/testing.js";

type Versions = NonNullable<StorageClient["versions"]>;

export function accessDenied(operation: "versioning" | "listVersions" | "deleteVersion") {
  return new S3AccessDeniedError({ operation, reason: "AccessDenied", outcome: "not_applied" });
}

/** What a bucket with versioning has kept, as local-s3 has none. */
export class KeptVersions implements Versions {
  sawDeleteMarker = false;
  /** The answers, which a test replaces. */
  status: Versions["status"] = () => Promise.resolve("enabled");
  hasObjectLock: Versions["hasObjectLock"] = () => Promise.resolve(true);
  lockOf: Versions["lockOf"] = () => Promise.resolve(undefined);
  isLocked: (version: ObjectVersion) => boolean = () => false;
  /** What is said of a locked one. */
  refusal: Error = accessDenied("deleteVersion");
  /** How often versions were listed. */
  listings = 0;

  constructor(public left: ListedVersion[]) {}

  async *list({ prefix = "" } = {}): AsyncGenerator<ListedVersion, void, undefined> {
    this.listings += 1;
    await Promise.resolve();
    yield* this.left.filter(({ key }) => key.startsWith(prefix));
  }

  async delete({ key, versionId }: ObjectVersion): Promise<void> {
    await Promise.resolve();
    if (this.isLocked({ key, versionId })) throw this.refusal;
    this.left = this.left.filter((each) => each.key !== key || each.versionId !== versionId);
  }
}
