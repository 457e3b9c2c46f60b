import type { MediaKind } from "@repo/media-inspection";

import { type Checked, checkFileId, checkOptions } from "../checks.js";
import type { DirectUpload, DirectUploadCreate, DirectUploadStatus } from "../dto/direct-upload.js";
import type { CreateOf, DetailsOf, ReadOf, RulesOf } from "../dto/dtos-of-kind.js";
import { validated } from "../dto/rules.js";
import type { GrantRead } from "../dto/grant-read.js";
import type { Page } from "../dto/page.js";
import type { FileUploadResult } from "../dto/upload-result.js";
import type { VariantRead } from "../dto/variant-read.js";
import type { OwnerId } from "../owner-types.js";
import type {
  CompleteOptions,
  DeleteOptions,
  DeleteResult,
  DirectUploadOptions,
  DirectUploadStatusOptions,
  GrantsQuery,
  ShareOptions,
  ShowRequests,
  UnshareOptions,
  Input,
  MakeVariantOptions,
  MediaCollection,
  UploadOptions,
  WriteOptions,
} from "../provider.js";
import { countedUpload } from "../telemetry/telemetry.js";
import { changeFile } from "./change-file.js";
import { Deletion } from "./deletion.js";
import { DirectUploads } from "./direct-upload/direct-uploads.js";
import { FileLists } from "./file-lists.js";
import { FileReads } from "./file-reads.js";
import { givenValues } from "./given-values.js";
import { KIND_RULES } from "./kind-rules.js";
import { makeVariant } from "./make-variant.js";
import { restoreFile } from "./restore-file.js";
import type { ScopedCalls } from "./scoped-calls.js";
import { Sharing } from "./sharing.js";
import { discardInput, Upload } from "./upload.js";

const UPDATE_HINT = "Write update(id, { title }).";

/** The files of one kind in a scope. DTOs go in and out, never models. */
export class MediaFiles<K extends MediaKind>
  extends FileReads<K>
  implements MediaCollection<CreateOf<K>, ReadOf<K>, DetailsOf<K>, RulesOf<K>, OwnerId>
{
  readonly list: FileLists<K>["list"];
  readonly all: FileLists<K>["all"];
  readonly count: FileLists<K>["count"];
  readonly sharedWithMe: FileLists<K>["sharedWithMe"];
  readonly #scope: ScopedCalls<K>;
  readonly #directUploads: DirectUploads<K>;
  readonly #sharing: Sharing<K>;

  constructor(scope: ScopedCalls<K>) {
    super(scope);
    const lists = new FileLists<K>(scope);
    this.list = lists.list.bind(lists);
    this.all = lists.all.bind(lists);
    this.count = lists.count.bind(lists);
    this.sharedWithMe = lists.sharedWithMe.bind(lists);
    this.#scope = scope;
    this.#directUploads = new DirectUploads(scope);
    this.#sharing = new Sharing(scope);
  }

  upload(
    input: Input<CreateOf<K>>,
    options?: UploadOptions<RulesOf<K>>,
  ): Promise<FileUploadResult<ReadOf<K>>> {
    const scope = this.#scope;
    if (scope.dependencies.calls.isClosed) void discardInput(input);
    return scope.observe("upload", (span) =>
      countedUpload(scope.kind, span, Upload.store(scope, input, scope.joined(options))),
    );
  }

  variant(id: string, name: string, options?: MakeVariantOptions): Promise<VariantRead> {
    return this.#scope.call("variant", () =>
      makeVariant(this.#scope, id, name, checkOptions(options)),
    );
  }

  update(id: string, changes: Input<DetailsOf<K>>, options?: WriteOptions): Promise<ReadOf<K>> {
    return this.#scope.run("update", options, async (checked) => {
      const { detailsDto } = KIND_RULES[this.#scope.kind];
      const values = givenValues(validated(detailsDto, changes, UPDATE_HINT));
      return changeFile(this.#scope, id, values, checked);
    });
  }

  delete(id: string, options?: DeleteOptions): Promise<void> {
    return this.#scope.run("delete", options, async (checked) => {
      const [result] = await this.#deletion(checked).run([checkFileId(id)]);
      if (result?.deleted === false) throw result.error;
    });
  }

  deleteMany(ids: readonly string[], options?: DeleteOptions): Promise<DeleteResult[]> {
    return this.#scope.run("delete_many", options, async (checked) =>
      this.#deletion(checked).run(ids),
    );
  }

  restore(id: string, options?: WriteOptions): Promise<ReadOf<K>> {
    return this.#scope.run("restore", options, (checked) => restoreFile(this.#scope, id, checked));
  }

  share(id: string, options: ShareOptions<OwnerId>): Promise<GrantRead<OwnerId>> {
    return this.#scope.run("share", options, (checked) => this.#sharing.share(id, checked));
  }

  unshare(id: string, options: UnshareOptions<OwnerId>): Promise<void> {
    return this.#scope.run("unshare", options, (checked) => this.#sharing.unshare(id, checked));
  }

  grants(id: string, query?: GrantsQuery): Promise<Page<GrantRead<OwnerId>>> {
    return this.#scope.run("grants", query, (checked) => this.#sharing.page(id, checked));
  }

  createDirectUpload(
    input: Input<DirectUploadCreate>,
    options?: DirectUploadOptions,
  ): Promise<DirectUpload> {
    return this.#scope.call("create_direct_upload", () =>
      this.#directUploads.create(input, checkOptions(options)),
    );
  }

  completeDirectUpload(
    id: string,
    options?: CompleteOptions<DetailsOf<K>, RulesOf<K>>,
  ): Promise<FileUploadResult<ReadOf<K>>> {
    return this.#scope.run("complete_direct_upload", options, (checked) =>
      this.#directUploads.complete(id, checked),
    );
  }

  directUpload(id: string, options: ShowRequests): Promise<Required<DirectUploadStatus>>;
  directUpload(id: string, options?: DirectUploadStatusOptions): Promise<DirectUploadStatus>;
  directUpload(id: string, options?: DirectUploadStatusOptions): Promise<DirectUploadStatus> {
    return this.#scope.call("direct_upload", () =>
      this.#directUploads.status(id, checkOptions(options)),
    );
  }

  cancelDirectUpload(id: string): Promise<void> {
    return this.#scope.call("cancel_direct_upload", () => this.#directUploads.cancel(id));
  }

  #deletion(options: Checked<DeleteOptions>): Deletion<K> {
    return new Deletion(this.#scope, options);
  }
}
