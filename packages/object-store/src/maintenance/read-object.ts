import { createHash } from "node:crypto";

import { S3InvalidRangeError, S3NotFoundError } from "@repo/s3-provider";

import type { InventoryRow } from "../repo/inventory-repo.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { Pace } from "./pace.js";

interface Reading {
  s3: StorageClient;
  pace: Pace;
  signal: AbortSignal | undefined;
}

/**
 * Compares an object's bytes with its row. A large object comes in ranges, so that a pause never
 * leaves a connection open.
 */
export async function readObject(
  { s3Key: key, byteSize, sha256 }: InventoryRow,
  { s3, pace, signal }: Reading,
): Promise<"intact" | "missing" | "size" | "sha256"> {
  const expected = byteSize ?? 0;
  const hash = createHash("sha256");
  let ifMatch: string | undefined;
  try {
    for (let start = 0; start < expected; start += pace.burstBytes) {
      const end = Math.min(start + pace.burstBytes, expected) - 1;
      const isWhole = start === 0 && end === expected - 1;
      const options = {
        signal,
        ...(isWhole ? {} : { range: { start, end } }),
        ...(ifMatch && { ifMatch }),
      };
      const object = await s3.get(key, options);
      if (object.totalByteLength !== expected) {
        object.body.destroy();
        return "size";
      }
      ifMatch = object.etag;
      for await (const chunk of object.body as AsyncIterable<Uint8Array>) hash.update(chunk);
      await pace.spend(object.byteLength);
    }
  } catch (error) {
    if (error instanceof S3NotFoundError) return "missing";
    if (error instanceof S3InvalidRangeError) return "size";
    throw error;
  }
  return sha256?.equals(hash.digest()) === true ? "intact" : "sha256";
}
