import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";

import { errorCode } from "./errors.js";

/** What the path leads to, or undefined when there is nothing. */
export async function statIfExists(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return undefined;
    throw error;
  }
}
