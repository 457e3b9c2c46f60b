import type { Variant } from "../bench.js";
import { type MediaFile, mediaFile, type MediaRecipe } from "../media/media-file.js";
import { s3Address, type S3Name, type ServiceAddresses } from "../services/service-addresses.js";
import { setSinkHashing, sinkSha256 } from "../services/sink-client.js";
import { assertSameBytes, storedSha256 } from "./stored-sha256.js";
import type { OpenUploader, Stored, Uploader } from "./uploader.js";

export interface UploadWork {
  readonly s3Name: S3Name;
  readonly recipe: MediaRecipe;
  /** Uploads of the file at the same time. */
  readonly atOnce?: number;
}

const WARM_UP_BYTES = 1_000_000;

/** A small file of the same format: connections are open and the code is loaded. */
export function warmUpRecipe(recipe: MediaRecipe): MediaRecipe {
  return { ...recipe, byteSize: Math.min(WARM_UP_BYTES, recipe.byteSize) };
}

/** Uploads a file, once or several times at once, and proves that the bytes arrived. */
export function uploadVariant(open: OpenUploader, work: UploadWork): Variant {
  return {
    async start(services) {
      const file = await mediaFile(work.recipe);
      const uploader = await open(services, work.s3Name);
      await uploader.upload(await mediaFile(warmUpRecipe(work.recipe)));
      let stored: Stored[] = [];
      return {
        async run() {
          stored = await Promise.all(
            Array.from({ length: work.atOnce ?? 1 }, () => uploader.upload(file)),
          );
          return undefined;
        },
        check: () => check(services, work.s3Name, { uploader, file, stored }),
        close: () => uploader.close(),
      };
    },
  };
}

/**
 * What a server stored is read back. The sink keeps nothing, and hashing would slow down what is
 * measured: it is sent the file once more and hashes that.
 */
async function check(
  services: ServiceAddresses,
  s3Name: S3Name,
  { uploader, file, stored }: { uploader: Uploader; file: MediaFile; stored: readonly Stored[] },
): Promise<void> {
  const address = s3Address(services, s3Name);
  for (const { sha256 = file.sha256 } of stored) assertSameBytes("row", sha256, file.sha256);
  if (s3Name !== "sink") {
    for (const { key } of stored) {
      assertSameBytes(file.path, await storedSha256(address, await key()), file.sha256);
    }
    return;
  }
  await setSinkHashing(address, true);
  try {
    const { key } = await uploader.upload(file);
    assertSameBytes(file.path, await sinkSha256(address, await key()), file.sha256);
  } finally {
    await setSinkHashing(address, false);
  }
}
