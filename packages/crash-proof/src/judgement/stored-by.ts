import type { Intent } from "../journal.js";

/** What a call stores: these bytes with these variants, and under one key one file at most. */
export interface Storing {
  sha256: string;
  key: string | undefined;
  variants: readonly string[] | undefined;
}

/** What a call stores, or undefined for one that stores nothing. */
export function storedBy(intent: Intent): Storing | undefined {
  if (intent.do !== "upload" && intent.do !== "complete") return undefined;
  const { sha256, variants } = intent;
  const key = intent.do === "upload" ? intent.key : `direct upload ${intent.directUpload}`;
  return { sha256, key, variants };
}
