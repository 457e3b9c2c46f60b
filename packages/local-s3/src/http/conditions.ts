import { type WriteCondition } from "../storage/write-condition.js";
import { S3Error } from "../errors.js";

/** The four conditional headers of a read, or of the source of a copy. */
export interface ReadConditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly ifUnmodifiedSince: string | undefined;
}

/**
 * RFC 9110, section 13.2.2: an ETag condition that is present decides alone over its time condition.
 *
 * @param object with its ETag without quotes and its time in milliseconds since the epoch
 */
export function evaluateConditions(
  conditions: ReadConditions,
  object: { etag: string; lastModified: number },
): "proceed" | "notModified" | "failed" {
  const modified = Math.floor(object.lastModified / 1000) * 1000;
  if (conditions.ifMatch !== undefined) {
    if (!matches(conditions.ifMatch, object.etag)) return "failed";
  } else if (isAfter(modified, conditions.ifUnmodifiedSince) === true) {
    return "failed";
  }
  if (conditions.ifNoneMatch !== undefined) {
    if (matches(conditions.ifNoneMatch, object.etag)) return "notModified";
  } else if (isAfter(modified, conditions.ifModifiedSince) === false) {
    return "notModified";
  }
  return "proceed";
}

/** Reads `If-Match` and `If-None-Match` of a write; the latter knows `*` only, as in S3. */
export function readWriteCondition(headers: {
  get(name: string): string | undefined;
}): WriteCondition {
  const ifMatch = headers.get("if-match");
  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch !== undefined && ifNoneMatch.trim() !== "*") {
    throw new S3Error(
      "NotImplemented",
      "A header you provided implies functionality that is not implemented",
      { Header: "If-None-Match" },
    );
  }
  return {
    ifMatch: ifMatch === undefined ? undefined : etagList(ifMatch),
    ifAbsent: ifNoneMatch !== undefined,
  };
}

function matches(header: string, etag: string): boolean {
  const etags = etagList(header);
  return etags.includes("*") || etags.includes(etag);
}

/** ETags without quotes; S3 takes them with and without, and does not tell weak ones apart. */
function etagList(header: string): string[] {
  return header.split(",").map((etag) => etag.trim().replace(/^(?:W\/)?"(.*)"$/, "$1"));
}

/** Undefined when the header is absent or no date: it is ignored then. */
function isAfter(time: number, header: string | undefined): boolean | undefined {
  const limit = Date.parse(header ?? "");
  return Number.isNaN(limit) ? undefined : time > limit;
}
