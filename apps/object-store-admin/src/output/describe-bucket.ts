import type { BucketFacts } from "@repo/object-store/maintenance";

const ADVICE: Record<BucketFacts["versioning"], readonly string[]> = {
  off: [],
  enabled: ["Deleted files stay as versions: see docs/s3-servers.md, Versioning."],
  suspended: ["What was deleted before stays as versions: see docs/s3-servers.md, Versioning."],
  unknown: ["Versioning is not known: S3 failed, or denies s3:GetBucketVersioning."],
};

/** The lines of a report on what the bucket does with deleted files. */
export function describeBucket({ versioning, objectLock }: BucketFacts): string[] {
  return [`bucket  versioning ${versioning}, Object Lock ${objectLock}`, ...ADVICE[versioning]];
}
