import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

import { systemErrorCode } from "../system-error-code.js";

/** Nobody but the owner looks into the folders and files of the server, whatever the umask allows. */
const FOLDER_MODE = 0o700;
export const FILE_MODE = 0o600;

/**
 * Makes a folder and those above it, as far as they are missing. Node's own recursive `mkdir` never
 * returns where the system says ENOENT of a folder whose parent exists, as it does below /proc.
 *
 * @param modeAbove of the folders above it that are missing
 */
export async function makeFolder(
  path: string,
  mode = FOLDER_MODE,
  modeAbove = mode,
): Promise<void> {
  try {
    await make(path, mode);
  } catch (error) {
    const parent = dirname(path);
    if (systemErrorCode(error) !== "ENOENT" || parent === path) throw error;
    await makeFolder(parent, modeAbove);
    await make(path, mode);
  }
}

async function make(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
  }
}
