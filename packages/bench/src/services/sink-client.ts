import { CONTROL_PATH } from "./sink.js";
import type { S3Address } from "./service-addresses.js";

/** Has the sink hash what comes from now on, or throw it away unread. */
export async function setSinkHashing(sink: S3Address, on: boolean): Promise<void> {
  await fetch(`${sink.endpoint}${CONTROL_PATH}${on ? "hash" : "discard"}`, { method: "POST" });
}

/** SHA-256 in hexadecimal of what came under a key while hashing was on. */
export async function sinkSha256(sink: S3Address, key: string): Promise<string> {
  const response = await fetch(`${sink.endpoint}${CONTROL_PATH}object/${sink.bucket}/${key}`);
  if (!response.ok) throw new Error(`the sink got nothing under ${key}`);
  const { sha256 } = (await response.json()) as { sha256: string };
  return sha256;
}
