import { S3InvalidRequestError } from "./errors.js";
import { encodeKey, encodeRfc3986 } from "./object-key.js";

/** `arn:aws:s3:eu-central-1:111122223333:accesspoint/media`. */
const ACCESS_POINT = /^arn:[\w-]+:s3:[\w-]+:\d+:accesspoint[:/][\w.-]+$/;
const OF_SEVERAL_REGIONS = /^arn:[\w-]+:s3::\d+:accesspoint[:/]/;
const DIRECTORY = /--xa?-s3$/;
const OBJECT_LAMBDA_ALIAS = /--ol-s3$/;

/**
 * @param bucket a name, an alias of an access point, or the ARN of one
 * @throws S3InvalidRequestError for what is known not to work
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html
 */
export function checkBucket(
  bucket: string,
  { forcePathStyle }: { forcePathStyle?: boolean | undefined },
): void {
  const reason = reasonAgainst(bucket, forcePathStyle === true);
  if (reason === undefined) return;
  throw new S3InvalidRequestError({ operation: "configure", outcome: "not_applied", reason });
}

function reasonAgainst(bucket: string, isPathStyle: boolean): string | undefined {
  if (bucket === "") return "the name of the bucket is empty";
  if (OF_SEVERAL_REGIONS.test(bucket)) {
    return "multi-region access points need Signature Version 4A, which presigned requests do not have here; name an access point or a bucket of one region";
  }
  if (bucket.startsWith("arn:") && !ACCESS_POINT.test(bucket)) {
    return "of ARNs, only those of access points are supported: arn:aws:s3:region:account:accesspoint/name";
  }
  if (bucket.startsWith("arn:") && isPathStyle) {
    return "an access point is not addressed by path; leave forcePathStyle out";
  }
  if (DIRECTORY.test(bucket)) {
    return "directory buckets (S3 Express One Zone) are not supported: they list keys in no order, and their requests are signed for sessions";
  }
  if (OBJECT_LAMBDA_ALIAS.test(bucket)) return "access points of Object Lambda take no uploads";
  return undefined;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export function copySource(bucket: string, key: string): string {
  if (!bucket.startsWith("arn:")) return `${bucket}/${encodeKey(key)}`;
  return `${encodeRfc3986(bucket)}/object/${encodeKey(key)}`;
}
