import type { MediaKind } from "@repo/media-inspection";

import { checkFileId, checkIds, checkOptions, normalizedFileId } from "../checks.js";
import type { DirectUpload, DirectUploadCreate, DirectUploadStatus } from "../dto/direct-upload.js";
import type { CreateOf, ReadOf } from "../dto/dtos-of-kind.js";
import type { FileUploadResult } from "../dto/upload-result.js";
import { FileNotFoundError } from "../errors.js";
import type { Owner } from "../kinds.js";
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
import type { StatementOptions } from "../repo/statements.js";
import { countedUpload } from "../telemetry/telemetry.js";
import { Deletion } from "./deletion.js";
import type { Dependencies } from "./dependencies.js";
import { DirectUploads } from "./direct-upload/direct-uploads.js";
import { openDownload } from "./download.js";
import { FileLists } from "./file-lists.js";
import { KIND_RULES } from "./kind-rules.js";
import { ScopedCalls } from "./scoped-calls.js";
import { discardInput, Upload } from "./upload.js";
import { checkUrlOptions, signFile } from "./urls.js";

const MAX_IDS = 1000;

/** The files of one kind in a scope. DTOs go in and out, never models. */
export class MediaFiles<K extends MediaKind>
  extends FileLists<K>
  implements MediaCollection<CreateOf<K>, ReadOf<K>>
{
  readonly #dependencies: Dependencies;
  readonly #owner: Owner;
  readonly #kind: K;
  readonly #calls: ScopedCalls;
  readonly #directUploads: DirectUploads<K>;

  constructor(dependencies: Dependencies, owner: Owner, kind: K) {
    super(dependencies, owner, kind);
    this.#dependencies = dependencies;
    this.#owner = owner;
    this.#calls = new ScopedCalls(dependencies, owner, kind);
    this.#kind = kind;
    this.#directUploads = new DirectUploads(dependencies, kind, owner);
  }

  upload(input: Input<CreateOf<K>>, options?: UploadOptions): Promise<FileUploadResult<ReadOf<K>>> {
    const scope = { dependencies: this.#dependencies, owner: this.#owner, kind: this.#kind };
    if (scope.dependencies.calls.isClosed) void discardInput(input);
    return this.#calls.observe("upload", (span) =>
      countedUpload(this.#kind, span, Upload.store(scope, input, this.#calls.joined(options))),
    );
  }

  get(id: string, options?: ReadOptions): Promise<ReadOf<K>> {
    return this.#calls.run("get", options, async (checked) =>
      KIND_RULES[this.#kind].read(await this.#visible(id, checked)),
    );
  }

  exists(id: string, options?: ReadOptions): Promise<boolean> {
    return this.#calls.run("exists", options, async (checked) => {
      const fileId = normalizedFileId(id);
      const { files } = this.#dependencies;
      return fileId !== undefined && files[this.#kind].exists(fileId, this.#owner, checked);
    });
  }

  url(id: string, options?: UrlOptions): Promise<SignedUrl> {
    return this.#calls.run("url", options, async (checked) => {
      const urlOptions = checkUrlOptions(checked, this.#dependencies);
      return signFile(this.#dependencies.s3, await this.#visible(id, checked), urlOptions);
    });
  }

  urls(ids: readonly string[], options?: UrlOptions): Promise<Map<string, SignedUrl>> {
    return this.#calls.run("urls", options, async (checked) => {
      const { s3, files } = this.#dependencies;
      const urlOptions = checkUrlOptions(checked, this.#dependencies);
      const asked = new Map(checkIds("urls", ids, MAX_IDS).map((id) => [id, normalizedFileId(id)]));
      const wanted = [...asked.values()].filter((id) => id !== undefined);
      const rows = await files[this.#kind].visibleByIds(wanted, this.#owner, checked);
      const signed = await Promise.all(
        rows.map(async (row) => [row.id, await signFile(s3, row, urlOptions)] as const),
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
    return this.#calls.run("download", options, (checked) =>
      openDownload(this.#dependencies, this.#kind, this.#owner, id, checked),
    );
  }

  delete(id: string, options?: WriteOptions): Promise<void> {
    return this.#calls.run("delete", options, async (checked) => {
      const [result] = await this.#deletion(checked).run([checkFileId(id)]);
      if (result?.deleted === false) throw result.error;
    });
  }

  deleteMany(ids: readonly string[], options?: WriteOptions): Promise<DeleteResult[]> {
    return this.#calls.run("delete_many", options, (checked) => this.#deletion(checked).run(ids));
  }

  createDirectUpload(
    input: Input<DirectUploadCreate>,
    options?: DirectUploadOptions,
  ): Promise<DirectUpload> {
    return this.#calls.observe("create_direct_upload", () =>
      this.#directUploads.create(input, checkOptions(options)),
    );
  }

  completeDirectUpload(
    id: string,
    options?: CompleteOptions,
  ): Promise<FileUploadResult<ReadOf<K>>> {
    return this.#calls.run("complete_direct_upload", options, (checked) =>
      this.#directUploads.complete(id, checked),
    );
  }

  directUpload(id: string): Promise<DirectUploadStatus> {
    return this.#calls.observe("direct_upload", () => this.#directUploads.status(id));
  }

  cancelDirectUpload(id: string): Promise<void> {
    return this.#calls.observe("cancel_direct_upload", () => this.#directUploads.cancel(id));
  }

  #deletion({ transaction }: StatementOptions): Deletion<K> {
    return new Deletion(this.#dependencies, this.#kind, this.#owner, transaction);
  }

  async #visible(id: string, { transaction }: StatementOptions): Promise<MediaModels[K]> {
    const files = this.#dependencies.files[this.#kind];
    const row = await files.visibleById(checkFileId(id), this.#owner, { transaction });
    if (row === null) throw new FileNotFoundError(id);
    return row;
  }
}
