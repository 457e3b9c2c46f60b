import type { Variant } from "../bench.js";
import { mediaFile, type MediaRecipe } from "../media/media-file.js";
import type { S3Name } from "../services/service-addresses.js";
import { checkStored } from "./check-stored.js";
import type { OpenUploader, Stored } from "./uploader.js";

export interface UploadWork {
  readonly s3Name: S3Name;
  readonly recipe: MediaRecipe;
  /** Uploads of the file at the same time. */
  readonly atOnce?: number;
}

/** More than two parts: smaller files go another way, of ours and of lib-storage. */
const WARM_UP_BYTES = 12_000_000;

/** A smaller file of the same format: connections are open, the code is loaded and threads run. */
export function warmUpRecipe(recipe: MediaRecipe): MediaRecipe {
  return { ...recipe, byteSize: Math.min(WARM_UP_BYTES, recipe.byteSize) };
}

/** Uploads a file, once or several times at once, and proves that the bytes arrived. */
export function uploadVariant(open: OpenUploader, work: UploadWork): Variant {
  const { s3Name, recipe, atOnce = 1 } = work;
  return {
    async start(services) {
      const file = await mediaFile(recipe);
      const warmUp = await mediaFile(warmUpRecipe(recipe));
      const uploader = await open(services, s3Name);
      const several = (source: typeof file): Promise<Stored[]> =>
        Promise.all(Array.from({ length: atOnce }, () => uploader.upload(source, recipe.format)));
      await several(warmUp);
      let stored: Stored[] = [];
      return {
        async run() {
          stored = await several(file);
          return undefined;
        },
        check: () =>
          checkStored({
            services,
            s3Name,
            sha256: file.sha256,
            stored,
            again: () => uploader.upload(file, recipe.format),
          }),
        close: () => uploader.close(),
      };
    },
  };
}
