import { type Checked, checkFileId, checkIds, normalizedFileId } from "../checks.js";
import type { DirectUpload, DirectUploadCreate, DirectUploadStatus } from "../dto/direct-upload.js";
import type { MediaCreate } from "../dto/media-create.js";
import type { AudioRead, ImageRead } from "../dto/media-read.js";
import type { FileUploadResult } from "../dto/upload-result.js";
import { FileNotFoundError } from "../errors.js";
import type { Owner } from "../kinds.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type {
  CompleteOptions,
  DeleteResult,
  DirectUploadOptions,
  Download,
  DownloadOptions,
  Input,
  ReadOptions,
  SignedUrl,
  UploadOptions,
  UrlOptions,
  WriteOptions,
} from "../provider.js";
import type { DirectUploads } from "../repo/direct-upload-repo.js";
import type { ListRows } from "../repo/list-repo.js";
import { deleteFile, deleteFiles } from "./delete-files.js";
import type { Dependencies } from "./dependencies.js";
import { completeDirectUpload } from "./direct-upload/complete-direct-upload.js";
import { createDirectUpload } from "./direct-upload/create-direct-upload.js";
import { cancelDirectUpload, directUploadStatus } from "./direct-upload/status-and-cancel.js";
import type { DirectUploadTools } from "./direct-upload/tools.js";
import { downloadFile } from "./download-file.js";
import { FileLists } from "./list-files.js";
import type { MediaKindOf } from "./media-kind.js";
import { uploadFile } from "./upload-file.js";
import { checkUrlOptions, signRow, signRows } from "./urls.js";

const MAX_IDS = 1000;

/** The repos that serve both kinds. */
export interface SharedRepos {
  lists: ListRows;
  directUploads: DirectUploads;
}

/** The use cases of one kind of file, for any owner. DTOs go in and out, never models. */
export class MediaService<
  Row extends MediaFileModel,
  Create extends MediaCreate,
  Read extends ImageRead | AudioRead,
> {
  readonly lists: FileLists<Read>;
  readonly #direct: DirectUploadTools;

  constructor(
    protected readonly dependencies: Dependencies,
    protected readonly kind: MediaKindOf<Row, Create, Read>,
    { lists, directUploads }: SharedRepos,
  ) {
    this.#direct = { ...dependencies, directUploads };
    this.lists = new FileLists(dependencies, lists, [kind.kind]);
  }

  upload(
    owner: Owner,
    input: Input<Create>,
    options: UploadOptions | undefined,
  ): Promise<FileUploadResult<Read>> {
    return uploadFile(this.dependencies, this.kind, owner, input, options);
  }

  async get(owner: Owner, id: string, options: Checked<ReadOptions>): Promise<Read> {
    return this.kind.read(await this.#visible(owner, id, options));
  }

  async exists(owner: Owner, id: string, options: Checked<ReadOptions>): Promise<boolean> {
    const fileId = normalizedFileId(id);
    return fileId !== undefined && this.kind.repo.exists(fileId, owner, options);
  }

  async url(owner: Owner, id: string, options: Checked<UrlOptions>): Promise<SignedUrl> {
    const checked = checkUrlOptions(options, this.dependencies);
    return signRow(this.dependencies, await this.#visible(owner, id, options), checked);
  }

  async urls(
    owner: Owner,
    ids: readonly string[],
    options: Checked<UrlOptions>,
  ): Promise<Map<string, SignedUrl>> {
    const checked = checkUrlOptions(options, this.dependencies);
    const fileIds = new Map(checkIds("urls", ids, MAX_IDS).map((id) => [id, normalizedFileId(id)]));
    const wanted = [...fileIds.values()].filter((id) => id !== undefined);
    const rows = await this.kind.repo.visibleByIds(wanted, owner, options);
    const signed = await signRows(this.dependencies, rows, checked);
    return new Map(
      [...fileIds].flatMap(([id, fileId]) => {
        const url = signed.get(fileId ?? "");
        return url === undefined ? [] : [[id, url] as const];
      }),
    );
  }

  download(owner: Owner, id: string, options: Checked<DownloadOptions>): Promise<Download> {
    return downloadFile(this.dependencies, this.kind.repo, owner, id, options);
  }

  delete(owner: Owner, id: string, options: Checked<WriteOptions>): Promise<void> {
    return deleteFile(this.dependencies, this.kind, owner, id, options);
  }

  deleteMany(
    owner: Owner,
    ids: readonly string[],
    options: Checked<WriteOptions>,
  ): Promise<DeleteResult[]> {
    return deleteFiles(this.dependencies, this.kind, owner, ids, options);
  }

  createDirectUpload(
    owner: Owner,
    input: Input<DirectUploadCreate>,
    options: DirectUploadOptions,
  ): Promise<DirectUpload> {
    return createDirectUpload(this.#direct, this.kind.kind, owner, input, options);
  }

  completeDirectUpload(
    owner: Owner,
    id: string,
    options: Checked<CompleteOptions>,
  ): Promise<FileUploadResult<Read>> {
    return completeDirectUpload(this.#direct, this.kind, owner, id, options);
  }

  directUpload(owner: Owner, id: string): Promise<DirectUploadStatus> {
    return directUploadStatus(this.#direct, this.kind.kind, owner, id);
  }

  cancelDirectUpload(owner: Owner, id: string): Promise<void> {
    return cancelDirectUpload(this.#direct, this.kind.kind, owner, id);
  }

  async #visible(owner: Owner, id: string, { transaction }: Checked<ReadOptions>): Promise<Row> {
    const row = await this.kind.repo.visibleById(checkFileId(id), owner, { transaction });
    if (row === null) throw new FileNotFoundError(id);
    return row;
  }
}
