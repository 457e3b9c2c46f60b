import { S3InvalidRequestError, type S3Operation } from "./errors.js";

/**
 * Refuses keys that no object can have. An empty one is dangerous: the SDK sends it as a request
 * for the bucket, so deleting the object "" would delete the bucket.
 *
 * @throws S3InvalidRequestError
 */
export function assertObjectKey(key: string, operation: S3Operation): void {
  if (key !== "" && key.isWellFormed()) return;
  throw new S3InvalidRequestError({
    operation,
    key,
    outcome: "not_applied",
    reason: key === "" ? "the key is empty" : "the key is not well-formed Unicode",
  });
}

const UNRESERVED = /^[\w.~-]*$/;
const PLAIN_PATH = /^[\w.~/-]*$/;

/** Percent-encodes all but the unreserved characters of RFC 3986, section 2.3, as SigV4 demands. */
export function encodeRfc3986(text: string): string {
  if (UNRESERVED.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** An object key as it stands in a URL's path: encoded once, its slashes kept. */
export function encodeKey(key: string): string {
  if (PLAIN_PATH.test(key)) return key;
  return key.split("/").map(encodeRfc3986).join("/");
}
