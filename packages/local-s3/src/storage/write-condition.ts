import { S3Error } from "../errors.js";

/** The state that a write requires of the object it replaces; ETags without quotes. */
export interface WriteCondition {
  /** `*` or ETags, one of which the object must have. */
  readonly ifMatch?: readonly string[] | undefined;
  /** True when no object may exist. */
  readonly ifAbsent?: boolean | undefined;
}

/**
 * @param etag of the present object; undefined when there is none
 * @throws {S3Error} PreconditionFailed, or NoSuchKey when nothing is there to match
 */
export function requireCondition(condition: WriteCondition, etag: string | undefined): void {
  const { ifMatch, ifAbsent } = condition;
  if (ifAbsent === true && etag !== undefined) {
    throw new S3Error("PreconditionFailed", undefined, { Condition: "If-None-Match" });
  }
  if (ifMatch === undefined) return;
  if (etag === undefined) throw new S3Error("NoSuchKey");
  if (!ifMatch.includes("*") && !ifMatch.includes(etag)) {
    throw new S3Error("PreconditionFailed", undefined, { Condition: "If-Match" });
  }
}
