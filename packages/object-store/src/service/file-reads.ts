import type { MediaKind } from "@repo/media-inspection";

import { type Checked, checkFileId, checkIds, normalizedFileId } from "../checks.js";
import type { ReadOf } from "../dto/dtos-of-kind.js";
import { FileNotFoundError, VariantNotReadyError } from "../errors.js";
import type { MediaModels } from "../models/media-models.js";
import type { Reader } from "../owner-types.js";
import type {
  Download,
  DownloadOptions,
  FileReads as PublicFileReads,
  GetManyOptions,
  ReadOptions,
  ShowUrls,
  ShowVariant,
  ShowVariantUrls,
  SignedUrl,
  UrlOptions,
  WithUrl,
  WithVariantUrl,
} from "../provider.js";
import type { Files } from "../repo/media-repo.js";
import type { StatementOptions } from "../repo/statements.js";
import { openDownload } from "./download.js";
import { KIND_RULES } from "./kind-rules.js";
import type { ScopedCalls } from "./scoped-calls.js";
import { checkUrlOptions, checkWithUrls, type Shown, signShown, withUrl } from "./urls.js";

const MAX_IDS = 1000;

/** Reads of files by their ids. DTOs go out, never models. */
export class FileReads<K extends MediaKind> implements PublicFileReads<ReadOf<K>> {
  readonly #scope: ScopedCalls<K, Reader>;

  constructor(scope: ScopedCalls<K, Reader>) {
    this.#scope = scope;
  }

  get(id: string, options?: ReadOptions): Promise<ReadOf<K>> {
    return this.#scope.run("get", options, async (checked) =>
      this.#read(await this.#visible(id, checked)),
    );
  }

  getMany(
    ids: readonly string[],
    options: GetManyOptions & ShowVariantUrls,
  ): Promise<Map<string, WithVariantUrl<ReadOf<K>>>>;
  getMany(
    ids: readonly string[],
    options: GetManyOptions & ShowUrls,
  ): Promise<Map<string, WithUrl<ReadOf<K>>>>;
  getMany(ids: readonly string[], options?: GetManyOptions): Promise<Map<string, ReadOf<K>>>;
  getMany(ids: readonly string[], options?: GetManyOptions): Promise<Map<string, object>> {
    return this.#scope.run("get_many", options, (checked) => {
      const urls = checkWithUrls(checked.withUrls, this.#scope.dependencies);
      return this.#each("getMany", ids, checked, urls?.shown, async (row) => {
        const file = this.#read(row);
        return urls === undefined ? file : withUrl(this.#scope.dependencies.s3, file, row, urls);
      });
    });
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
      const { shown } = urlOptions;
      const row = await this.#visible(id, checked, shown);
      const signed = await signShown(dependencies.s3, row, urlOptions);
      if (signed === undefined) throw new VariantNotReadyError(shown.variant?.name ?? "");
      return signed;
    });
  }

  urls(
    ids: readonly string[],
    options: UrlOptions & ShowVariant,
  ): Promise<Map<string, SignedUrl | null>>;
  urls(ids: readonly string[], options?: UrlOptions): Promise<Map<string, SignedUrl>>;
  urls(ids: readonly string[], options?: UrlOptions): Promise<Map<string, SignedUrl | null>> {
    return this.#scope.run("urls", options, (checked) => {
      const { dependencies } = this.#scope;
      const urlOptions = checkUrlOptions(checked, dependencies);
      return this.#each(
        "urls",
        ids,
        checked,
        urlOptions.shown,
        async (row) => (await signShown(dependencies.s3, row, urlOptions)) ?? null,
      );
    });
  }

  download(id: string, options?: DownloadOptions): Promise<Download> {
    return this.#scope.run("download", options, (checked) =>
      openDownload(this.#scope, id, checked),
    );
  }

  get #files(): Files<K> {
    return this.#scope.dependencies.files[this.#scope.kind];
  }

  #read(row: MediaModels[K]): ReadOf<K> {
    return KIND_RULES[this.#scope.kind].read(row);
  }

  async #visible(
    id: string,
    { transaction }: StatementOptions,
    { variant }: Partial<Shown> = {},
  ): Promise<MediaModels[K]> {
    const { owner } = this.#scope;
    const options = { transaction, variant };
    const row = await this.#files.visibleById(checkFileId(id), owner, options);
    if (row === null) throw new FileNotFoundError(id);
    return row;
  }

  /** A result for each of the ids, as they were given, that the reader may see; read in one query. */
  async #each<Result>(
    call: string,
    ids: readonly string[],
    { transaction }: Checked<ReadOptions>,
    { variant }: Partial<Shown> = {},
    resultOf: (row: MediaModels[K]) => Promise<Result>,
  ): Promise<Map<string, Result>> {
    const asked = new Map(checkIds(call, ids, MAX_IDS).map((id) => [id, normalizedFileId(id)]));
    const wanted = [...asked.values()].filter((id) => id !== undefined);
    const rows = await this.#files.visibleByIds(wanted, this.#scope.owner, {
      transaction,
      variant,
    });
    const results = await Promise.all(
      rows.map(async (row) => [row.id, await resultOf(row)] as const),
    );
    const byId = new Map(results);
    return new Map(
      [...asked].flatMap(([id, fileId]) =>
        fileId !== undefined && byId.has(fileId) ? [[id, byId.get(fileId) as Result]] : [],
      ),
    );
  }
}
