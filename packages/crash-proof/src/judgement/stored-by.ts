import type { Intent } from "../journal.js";

/** What a call stores: these bytes, and under one key one file at most. */
export interface Storing {
  sha256: string;
  key: string | undefined;
}

/** What a call stores, or undefined for one that stores nothing. */
export function storedBy(intent: Intent): Storing | undefined {
  if (intent.do === "upload") return { sha256: intent.sha256, key: intent.key };
  if (intent.do !== "complete") return undefined;
  return { sha256: intent.sha256, key: `direct upload ${intent.directUpload}` };
}
