import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { sizedMedia, type SizedMediaOptions } from "@repo/sample-media";

/** A generated file; the same bytes on every machine. */
export interface MediaFile {
  readonly path: string;
  readonly byteSize: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface MediaRecipe {
  readonly format: Parameters<typeof sizedMedia>[0];
  readonly byteSize: number;
  readonly options?: SizedMediaOptions;
}

/** Beside the package's sources; ignored by git, kept from run to run. */
const FOLDER = fileURLToPath(new URL("../../.data/media/", import.meta.url));

/** The file of a recipe, made if it is not there yet. Make it in a case's `prepare`. */
export async function mediaFile(recipe: MediaRecipe): Promise<MediaFile> {
  const { format, byteSize, options = {} } = recipe;
  const variant = Object.entries(options).map(([name, value]) => `-${name}-${value}`);
  const path = join(FOLDER, `${byteSize}${variant.join("")}.${format}`);
  const known = await readFile(`${path}.sha256`, "utf8").catch(() => undefined);
  return { path, byteSize, sha256: known ?? (await make(path, recipe)) };
}

async function make(path: string, { format, byteSize, options }: MediaRecipe): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const hash = createHash("sha256");
  const file = await open(`${path}.part`, "w");
  try {
    for await (const chunk of sizedMedia(format, byteSize, options)) {
      hash.update(chunk);
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
  const sha256 = hash.digest("hex");
  await writeFile(`${path}.sha256`, sha256);
  return sha256;
}
