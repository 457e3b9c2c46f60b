import type { MediaKind } from "@repo/media-inspection";

import { checkFileId, checkIds, checkOptions, normalizedFileId } from "../checks.js";
import type { DirectUpload, DirectUploadCreate, DirectUploadStatus } from "../dto/direct-upload.js";
import type { CreateOf, ReadOf } from "../dto/dtos-of-kind.js";
import type { FileUploadResult } from "../dto/upload-result.js";
import { FileNotFoundError } from "../errors.js";
import type { MediaModels } from "../models/media-models.js";
import type {
  CompleteOptions,
  DeleteResult,
  DirectUploadOptions,
  Download,
  DownloadOptions,
  Input,
  MediaCollection,
  ReadOptions,
  SignedUrl,
  UploadOptions,
  UrlOptions,
  WriteOptions,
} from "../provider.js";
import type { Files } from "../repo/media-repo.js";
import type { StatementOptions } from "../repo/statements.js";
import { countedUpload } from "../telemetry/telemetry.js";
import { Deletion } from "./deletion.js";
import { DirectUploads } from "./direct-upload/direct-uploads.js";
import { openDownload } from "./download.js";
import { FileLists } from "./file-lists.js";
import { KIND_RULES } from "./kind-rules.js";
import type { ScopedCalls } from "./scoped-calls.js";
import { discardInput, Upload } from "./upload.js";
import { checkUrlOptions, signFile } from "./urls.js";

const MAX_IDS = 1000;

/** The files of one kind in a scope. DTOs go in and out, never models. */
export class MediaFiles<K extends MediaKind>
  extends FileLists<K>
  implements MediaCollection<CreateOf<K>, ReadOf<K>>
{
  readonly #scope: ScopedCalls<K>;
  readonly #directUploads: DirectUploads<K>;

  constructor(scope: ScopedCalls<K>) {
    super(scope);
    this.#scope = scope;
    this.#directUploads = new DirectUploads(scope);
  }

  upload(input: Input<CreateOf<K>>, options?: UploadOptions): Promise<FileUploadResult<ReadOf<K>>> {
    const scope = this.#scope;
    if (scope.dependencies.calls.isClosed) void discardInput(input);
    return scope.observe("upload", (span) =>
      countedUpload(scope.kind, span, Upload.store(scope, input, scope.joined(options))),
    );
  }

  get(id: string, options?: ReadOptions): Promise<ReadOf<K>> {
    return this.#scope.run("get", options, async (checked) =>
      KIND_RULES[this.#scope.kind].read(await this.#visible(id, checked)),
    );
  }

  exists(id: string, options?: ReadOptions): Promise<boolean> {
    return this.#scope.run("exists", options, async (checked) => {
      const fileId = normalizedFileId(id);
      return fileId !== undefined && this.#files.exists(fileId, this.#scope.owner, checked);
    });
  }

  url(id: string, options?: UrlOptions): Promise<SignedUrl> {
    return this.#scope.run("url", options, async (checked) => {
      const { dependencies } = this.#scope;
      const urlOptions = checkUrlOptions(checked, dependencies);
      return signFile(dependencies.s3, await this.#visible(id, checked), urlOptions);
    });
  }

  urls(ids: readonly string[], options?: UrlOptions): Promise<Map<string, SignedUrl>> {
    return this.#scope.run("urls", options, async (checked) => {
      const { dependencies, owner } = this.#scope;
      const urlOptions = checkUrlOptions(checked, dependencies);
      const asked = new Map(checkIds("urls", ids, MAX_IDS).map((id) => [id, normalizedFileId(id)]));
      const wanted = [...asked.values()].filter((id) => id !== undefined);
      const rows = await this.#files.visibleByIds(wanted, owner, checked);
      const signed = await Promise.all(
        rows.map(
          async (row) => [row.id, await signFile(dependencies.s3, row, urlOptions)] as const,
        ),
      );
      const byId = new Map(signed);
      return new Map(
        [...asked].flatMap(([id, fileId]) => {
          const url = byId.get(fileId ?? "");
          return url === undefined ? [] : [[id, url] as const];
        }),
      );
    });
  }

  download(id: string, options?: DownloadOptions): Promise<Download> {
    return this.#scope.run("download", options, (checked) =>
      openDownload(this.#scope, id, checked),
    );
  }

  delete(id: string, options?: WriteOptions): Promise<void> {
    return this.#scope.run("delete", options, async (checked) => {
      const [result] = await this.#deletion(checked).run([checkFileId(id)]);
      if (result?.deleted === false) throw result.error;
    });
  }

  deleteMany(ids: readonly string[], options?: WriteOptions): Promise<DeleteResult[]> {
    return this.#scope.run("delete_many", options, (checked) => this.#deletion(checked).run(ids));
  }

  createDirectUpload(
    input: Input<DirectUploadCreate>,
    options?: DirectUploadOptions,
  ): Promise<DirectUpload> {
    return this.#scope.observe("create_direct_upload", () =>
      this.#directUploads.create(input, checkOptions(options)),
    );
  }

  completeDirectUpload(
    id: string,
    options?: CompleteOptions,
  ): Promise<FileUploadResult<ReadOf<K>>> {
    return this.#scope.run("complete_direct_upload", options, (checked) =>
      this.#directUploads.complete(id, checked),
    );
  }

  directUpload(id: string): Promise<DirectUploadStatus> {
    return this.#scope.observe("direct_upload", () => this.#directUploads.status(id));
  }

  cancelDirectUpload(id: string): Promise<void> {
    return this.#scope.observe("cancel_direct_upload", () => this.#directUploads.cancel(id));
  }

  get #files(): Files<K> {
    return this.#scope.dependencies.files[this.#scope.kind];
  }

  #deletion({ transaction }: StatementOptions): Deletion<K> {
    return new Deletion(this.#scope, transaction);
  }

  async #visible(id: string, { transaction }: StatementOptions): Promise<MediaModels[K]> {
    const { owner } = this.#scope;
    const row = await this.#files.visibleById(checkFileId(id), owner, { transaction });
    if (row === null) throw new FileNotFoundError(id);
    return row;
  }
}
