import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { sizedMedia, type SizedMediaOptions, validSamples } from "@repo/sample-media";

/** A generated file; the same bytes on every machine. */
export interface MediaFile {
  readonly path: string;
  readonly byteSize: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export type MediaFormat = Parameters<typeof sizedMedia>[0];

export interface MediaRecipe {
  readonly format: MediaFormat;
  readonly byteSize: number;
  readonly options?: SizedMediaOptions;
  /** The valid sample of this name, of that size, instead of a file that was grown to it. */
  readonly sample?: string;
}

export function isImage(format: MediaFormat): boolean {
  return ["jpeg", "png", "webp", "gif"].includes(format);
}

/** Beside the package's sources; ignored by git, kept from run to run. */
const FOLDER = fileURLToPath(new URL("../../.data/media/", import.meta.url));

/** The file of a recipe, made if it is not there yet. Make it in a case's `prepare`. */
export async function mediaFile(recipe: MediaRecipe, folder = FOLDER): Promise<MediaFile> {
  const { format, byteSize, options = {} } = recipe;
  const variant = Object.entries(options).map(([name, value]) => `-${name}-${value}`);
  const path = join(folder, `${byteSize}${variant.join("")}.${format}`);
  const known = await readFile(`${path}.sha256`, "utf8").catch(() => undefined);
  return { path, byteSize, sha256: known ?? (await write(path, bytesOf(recipe))) };
}

/** The file of that name with those bytes, made if it is not there yet. */
export async function keptFile(name: string, make: () => Promise<Buffer>): Promise<MediaFile> {
  const path = join(FOLDER, name);
  const known = await readFile(`${path}.sha256`, "utf8").catch(() => undefined);
  const sha256 = known ?? (await write(path, [await make()]));
  return { path, byteSize: (await stat(path)).size, sha256 };
}

async function* bytesOf(recipe: MediaRecipe): AsyncGenerator<Uint8Array> {
  const { format, byteSize, options, sample } = recipe;
  if (sample === undefined) {
    yield* sizedMedia(format, byteSize, options);
    return;
  }
  const found = (await validSamples()).find(({ name }) => name === sample);
  if (found?.bytes.byteLength !== byteSize) {
    throw new Error(`there is no sample ${sample} of ${byteSize} bytes`);
  }
  yield found.bytes;
}

async function write(
  path: string,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const hash = createHash("sha256");
  const file = await open(`${path}.part`, "w");
  try {
    for await (const chunk of bytes) {
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
