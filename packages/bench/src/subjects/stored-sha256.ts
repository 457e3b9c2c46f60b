import { createHash } from "node:crypto";

import { S3Provider } from "@repo/s3-provider";

import { connectionOf } from "../services/s3-connection.js";
import type { S3Address } from "../services/service-addresses.js";

/** SHA-256 in hexadecimal of an object as the server gives it back. */
export async function storedSha256(address: S3Address, key: string): Promise<string> {
  const s3 = new S3Provider({ bucket: address.bucket, client: connectionOf(address) });
  try {
    const hash = createHash("sha256");
    const { body } = await s3.get(key);
    for await (const chunk of body) hash.update(chunk as Uint8Array);
    return hash.digest("hex");
  } finally {
    s3.destroy();
  }
}

/** @throws Error unless both are the same */
export function assertSameBytes(what: string, actual: string, expected: string): void {
  if (actual !== expected) {
    throw new Error(`${what}: SHA-256 ${actual} was stored, and ${expected} was sent`);
  }
}
