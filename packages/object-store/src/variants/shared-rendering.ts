import { createHash } from "node:crypto";

import { MEDIA_FORMATS, type MediaFormat, type MediaKind } from "@repo/media-inspection";
import { Spool } from "@repo/media-processing";

import { FileNotFoundError } from "../errors.js";
import { processingFailure } from "../machine-failure.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import { openStored } from "../open-stored.js";
import type { Files } from "../repo/media-repo.js";
import { type StorageClient, storageFailure } from "../upload/storage-client.js";
import type { Recipe } from "../rendering/recipes.js";
import { NotRenderedError, type Rendered, type Renderer } from "../rendering/renderer.js";

/** More would not fit into the column `byte_size`. */
const MAX_VARIANT_BYTES = 104_857_600;

/** A picture on its way into the store. */
export interface Picture {
  bytes: Buffer;
  contentType: string;
  /** 32 bytes. */
  sha256: Buffer;
  width: number;
  height: number;
  pageCount: number;
  /** A ThumbHash. */
  placeholder: Buffer | null;
}

interface Dependencies {
  files: Readonly<Record<MediaKind, Pick<Files, "byId">>>;
  s3: StorageClient;
  renderer: Renderer;
  signal: AbortSignal;
}

/** Pictures of one stored file, which is read and decoded once, with the first picture that is asked for. */
export class SharedRendering {
  #rendered: Promise<Rendered> | undefined;

  constructor(
    private readonly dependencies: Dependencies,
    private readonly kind: MediaKind,
    private readonly file: MediaFileModel,
    private readonly recipes: readonly Recipe[],
  ) {}

  /**
   * @throws NotRenderedError, FileNotFoundError (`file_not_found`) when the file is deleted meanwhile,
   *   VariantsBusyError (`variants_busy`), StorageError (`storage_error`), StorageUnavailableError
   *   (`storage_unavailable`), ResourceUnavailableError (`resource_unavailable`)
   */
  async pictureOf(recipe: Recipe): Promise<Picture> {
    const { pictures, placeholder } = await (this.#rendered ??= this.#render());
    const picture = pictures[this.recipes.indexOf(recipe)];
    if (picture === undefined) throw new TypeError("a recipe gave no picture");
    const { contentType, width, height, pageCount } = picture;
    const bytes = Buffer.from(picture.bytes);
    if (bytes.byteLength > MAX_VARIANT_BYTES) {
      throw new NotRenderedError(`it would have more than ${MAX_VARIANT_BYTES} bytes`, {});
    }
    const sha256 = createHash("sha256").update(bytes).digest();
    const facts = { contentType, width, height, pageCount, sha256 };
    return { bytes, ...facts, placeholder: placeholder ? Buffer.from(placeholder) : null };
  }

  async #render(): Promise<Rendered> {
    const { renderer, signal } = this.dependencies;
    const spool = await Spool.open().catch((error: unknown) => {
      throw processingFailure(error);
    });
    try {
      await this.#read(spool);
      const options = this.recipes.map((recipe) => recipe.options);
      return await renderer.render(formatOf(this.file), options, spool, signal);
    } finally {
      await spool.close();
    }
  }

  /** Keeps the file's bytes on disk, as a slow server must not occupy a process. */
  async #read(spool: Spool): Promise<void> {
    const { s3, signal } = this.dependencies;
    try {
      const { object } = await openStored(s3, this.file, () => this.#readAgain(), { signal });
      for await (const chunk of object.body as AsyncIterable<Uint8Array>) await spool.append(chunk);
    } catch (error) {
      throw storageFailure("read the file", processingFailure(error), signal);
    }
  }

  async #readAgain(): Promise<MediaFileModel> {
    const { id } = this.file;
    const current = await this.dependencies.files[this.kind].byId(id);
    if (current === null) throw new FileNotFoundError(id);
    return current;
  }
}

function formatOf({ contentType }: MediaFileModel): MediaFormat {
  const formats = Object.entries(MEDIA_FORMATS) as [MediaFormat, { contentType: string }][];
  const found = formats.find(([, format]) => format.contentType === contentType);
  if (found === undefined) throw new TypeError(`no format has the type ${contentType}`);
  return found[0];
}
