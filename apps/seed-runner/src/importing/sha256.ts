import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

import type { SourceBody } from "../sources/source.js";

/** SHA-256 of the bytes, hexadecimal, read as a stream. */
export async function sha256OfSource(body: SourceBody, signal: AbortSignal): Promise<string> {
  if (body instanceof Uint8Array) return createHash("sha256").update(body).digest("hex");
  return sha256OfStream(createReadStream(body.path, { signal }));
}

/** SHA-256 of what the stream gives, hexadecimal. */
export async function sha256OfStream(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}
