import { S3Error } from "../errors.js";
import { type S3Request } from "../http/s3-request.js";
import { MAX_PART_NUMBER } from "../storage/part.js";

export function uploadId({ query }: S3Request): string {
  return query.get("uploadId") ?? "";
}

/** @throws {S3Error} InvalidArgument unless it is an integer from 1 to 10,000 */
export function partNumber({ query }: S3Request): number {
  return requirePartNumber(query.get("partNumber") ?? "");
}

/** @throws {S3Error} InvalidArgument unless it is an integer from 1 to 10,000 */
export function requirePartNumber(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > MAX_PART_NUMBER) {
    throw new S3Error(
      "InvalidArgument",
      "Part number must be an integer between 1 and 10000, inclusive",
      { ArgumentName: "partNumber", ArgumentValue: text },
    );
  }
  return number;
}
