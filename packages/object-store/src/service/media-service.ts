import { FileNotFoundError } from "../errors.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type {
  DeleteResult,
  Download,
  DownloadOptions,
  Input,
  SignedUrl,
  UploadOptions,
  UrlOptions,
  WriteOptions,
} from "../provider.js";
import type { Owner } from "../repo/conditions.js";
import type { ListRepo } from "../repo/list-repo.js";
import type { StoredFacts } from "../repo/media-repo.js";
import { checkFileId, checkIds, normalizedFileId } from "./check.js";
import { deleteFile } from "./delete-file.js";
import { deleteFiles } from "./delete-files.js";
import type { Dependencies } from "./dependencies.js";
import { downloadFile } from "./download-file.js";
import type { AudioRead } from "./dto/audio-read.js";
import type { FileUploadResult } from "./dto/file-upload-result.js";
import type { ImageRead } from "./dto/image-read.js";
import type { MediaCreate } from "./dto/media-create.js";
import { FileLists } from "./list-files.js";
import type { MediaKindOf } from "./media-kind.js";
import { signRow, signRows } from "./sign-urls.js";
import { uploadFile } from "./upload-file.js";
import { checkUrlOptions } from "./url-options.js";

const MAX_IDS = 1000;

/** The use cases of one kind of file, for any owner. DTOs go in and out, never models. */
export class MediaService<
  Row extends MediaFileModel,
  Facts extends StoredFacts,
  Create extends MediaCreate,
  Read extends ImageRead | AudioRead,
> {
  readonly lists: FileLists<Read>;

  constructor(
    protected readonly dependencies: Dependencies,
    protected readonly kind: MediaKindOf<Row, Facts, Create, Read>,
    lists: ListRepo,
  ) {
    this.lists = new FileLists(dependencies, lists, [kind.kind]);
  }

  upload(
    owner: Owner,
    input: Input<Create>,
    options: UploadOptions,
  ): Promise<FileUploadResult<Read>> {
    return uploadFile(this.dependencies, this.kind, owner, input, options);
  }

  async get(owner: Owner, id: string): Promise<Read> {
    return this.kind.read(await this.#visible(owner, id));
  }

  async exists(owner: Owner, id: string): Promise<boolean> {
    const fileId = normalizedFileId(id);
    return fileId !== undefined && this.kind.repo.exists(fileId, owner);
  }

  async url(owner: Owner, id: string, options: UrlOptions): Promise<SignedUrl> {
    const checked = checkUrlOptions(options, this.dependencies);
    return signRow(this.dependencies, await this.#visible(owner, id), checked);
  }

  async urls(
    owner: Owner,
    ids: readonly string[],
    options: UrlOptions,
  ): Promise<Map<string, SignedUrl>> {
    const checked = checkUrlOptions(options, this.dependencies);
    const fileIds = new Map(checkIds("urls", ids, MAX_IDS).map((id) => [id, normalizedFileId(id)]));
    const wanted = [...fileIds.values()].filter((id) => id !== undefined);
    const rows = await this.kind.repo.findAllVisible(wanted, owner);
    const signed = await signRows(this.dependencies, rows, checked);
    return new Map(
      [...fileIds].flatMap(([id, fileId]) => {
        const url = signed.get(fileId ?? "");
        return url === undefined ? [] : [[id, url] as const];
      }),
    );
  }

  download(owner: Owner, id: string, options: DownloadOptions): Promise<Download> {
    return downloadFile(this.dependencies, this.kind.repo, owner, id, options);
  }

  delete(owner: Owner, id: string, options: WriteOptions): Promise<void> {
    return deleteFile(this.dependencies, this.kind.repo, owner, id, options);
  }

  deleteMany(owner: Owner, ids: readonly string[], options: WriteOptions): Promise<DeleteResult[]> {
    return deleteFiles(this.dependencies, this.kind.repo, owner, ids, options);
  }

  async #visible(owner: Owner, id: string): Promise<Row> {
    const row = await this.kind.repo.findVisible(checkFileId(id), owner);
    if (row === null) throw new FileNotFoundError(id);
    return row;
  }
}
