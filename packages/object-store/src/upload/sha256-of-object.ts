import { createHash } from "node:crypto";

import type { StorageClient } from "./storage-client.js";

/** Reads an object for its SHA-256: 32 bytes. */
export async function sha256OfObject(
  s3: StorageClient,
  key: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const hash = createHash("sha256");
  const { body } = await s3.get(key, { signal });
  for await (const chunk of body as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest();
}
