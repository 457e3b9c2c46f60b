import type { Readable } from "node:stream";

import type { AudioContentType, ImageContentType } from "@repo/media-inspection";
import type { Transaction } from "sequelize";

import type { DirectUpload, DirectUploadCreate, DirectUploadStatus } from "./dto/direct-upload.js";
import type { AudioDetails, ImageDetails } from "./dto/file-details.js";
import type { AudioRules, ImageRules } from "./dto/file-rules.js";
import type { AudioCreate, ImageCreate } from "./dto/media-create.js";
import type { AudioRead, FileRead, FileUrl, ImageRead } from "./dto/media-read.js";
import type { Everyone, GrantRead } from "./dto/grant-read.js";
import type { Page } from "./dto/page.js";
import type { FileUploadResult } from "./dto/upload-result.js";
import type { VariantRead } from "./dto/variant-read.js";
import type { ObjectStoreError } from "./errors.js";
import type { MediaEvents } from "./events/media-events.js";
import type { FileMetadata } from "./file-metadata.js";
import type { GivenOwnerIds, OwnerId, OwnerIds, OwnerType } from "./owner-types.js";
import type { PrivacyLevel } from "./privacy.js";
import type { Quota } from "./quota/quota.js";
import type { UploadProgress } from "./upload/progress.js";
import type { Truncation, Verification } from "./upload/verification.js";

/*
 * Glossary
 * scope   whose files a call works on: a user's, or the system's.
 * file    one stored image or audio file: a row in PostgreSQL and an object in S3.
 * direct  an upload that a client sends to S3 itself, to a staging key, before it is completed.
 * lease   the time an upload has to finish before the sweeper removes what it left.
 */

/**
 * Stores images and audio. Every call goes through a scope, so that no call can forget to say
 * whose files it works on.
 *
 * Any call rejects with an `ObjectStoreError`, told apart by its `code`. Every call that needs
 * PostgreSQL or S3 can reject with `database_unavailable` or `storage_unavailable`, which are
 * retryable, and with `database_error` or `storage_error`, which are not: the server refused, or a
 * file's bytes are missing; with `resource_unavailable` where this machine lacks something; and with
 * `store_closed` once the store is closed. The other codes are named at each method.
 *
 * Deletion removes bytes for good only from a bucket without versioning.
 */
export interface ObjectStoreProvider<Type extends OwnerType = "uuid"> {
  /**
   * The scope of one user: reads its own files and system-wide ones, and writes, lists and deletes
   * only its own.
   *
   * @throws InvalidInputError (`invalid_input`) when the id is not one of the type `owner.type`
   */
  forUser(userId: GivenOwnerIds[Type]): MediaScope<OwnerIds[Type]>;
  /** The scope of the application itself: system-wide files only. */
  forSystem(): MediaScope<OwnerIds[Type]>;
  /**
   * Reads of the files of every owner, for what the application has itself authorised, such as a feed of
   * many people's photos. It can change nothing. Telemetry names its calls by the scope `application`.
   */
  forApplication(): ApplicationScope<OwnerIds[Type]>;
  /** What happened to files; see the option `events`. */
  readonly events: MediaEvents<OwnerIds[Type]>;
  /**
   * Looks whether both servers answer, with one small request to each: for a readiness probe. The first
   * call also looks whether the tables are there, with the columns of this version and owners of the type
   * `owner.type`.
   *
   * @throws InvalidInputError (`invalid_input`)
   */
  ready(): Promise<void>;
  /**
   * Ends the work of this store: refuses new calls with StoreClosedError (`store_closed`, retryable),
   * waits for those under way, downloads that are being read included, and after `timeoutSeconds`
   * fails them with the same error. Uploads and completions undo what they began, for which they have
   * two seconds more; what another call has begun may still happen. It waits for no transaction of a
   * caller's: end those before. Close the servers afterwards:
   * `await store.close()`, then `s3.destroy()` and `await database.close()`. It may be called again,
   * with less time.
   *
   * @throws InvalidInputError (`invalid_input`)
   */
  close(options?: CloseOptions): Promise<void>;
}

export interface CloseOptions {
  /** Seconds to wait for calls under way, 0 to 3,600; 10 when absent. */
  timeoutSeconds?: number;
}

/** What one scope can do. */
export interface MediaScope<Id extends OwnerId = string> extends FileLists<
  ImageRead<Id> | AudioRead<Id>
> {
  readonly images: ImageCollection<Id>;
  readonly audio: AudioCollection<Id>;
  /**
   * What the scope uses, and its quota. Reads one counter, however many files there are.
   *
   * @throws InvalidInputError (`invalid_input`) for the system's scope, and without the option `quota` of the
   *   provider
   */
  usage(): Promise<StorageUsage>;
}

/** What an owner uses of its quota. */
export interface StorageUsage {
  /** Bytes of files, their variants and staged uploads, what is under way or still to be removed included. */
  bytes: number;
  /** Images and audio files, what is under way or still to be removed included. */
  files: number;
  quota: Quota;
}

/** What the application can read, whoever owns it. */
export interface ApplicationScope<Id extends OwnerId = string> {
  readonly images: FileReads<ImageRead<Id>>;
  readonly audio: FileReads<AudioRead<Id>>;
}

/**
 * Lists of a scope's own files; system-wide ones are the system's scope's own. What others share is in lists of
 * its own.
 */
export interface FileLists<Read extends FileRead> {
  /**
   * A page of files, in one query whose cost does not depend on how far the page is. With
   * `withUrls`, each has its signed URL.
   *
   * @throws InvalidInputError (`invalid_input`), InvalidCursorError (`invalid_cursor`)
   */
  list(query: ListQuery & ShowVariantUrls): Promise<Page<WithVariantUrl<Read>>>;
  list(query: ListQuery & ShowUrls): Promise<Page<WithUrl<Read>>>;
  list(query?: ListQuery): Promise<Page<Read>>;
  /**
   * Every file, read a page (of `limit`, 200 when absent) at a time as the loop goes on.
   *
   * @throws InvalidInputError (`invalid_input`) and OperationAbortedError (`operation_aborted`),
   *   while it is iterated
   */
  all(query: ListAllQuery & ShowVariantUrls): AsyncIterable<WithVariantUrl<Read>>;
  all(query: ListAllQuery & ShowUrls): AsyncIterable<WithUrl<Read>>;
  all(query?: ListAllQuery): AsyncIterable<Read>;
  /**
   * How many files there are. O(n) index scan; do not call it for every page.
   *
   * @throws InvalidInputError (`invalid_input`)
   */
  count(filter?: ListFilter): Promise<number>;
  /**
   * A page of the files that others share with the user, or with everyone, in one query. Needs the option
   * `sharing` of the provider.
   *
   * @throws InvalidInputError (`invalid_input`) also for the system's scope, InvalidCursorError
   *   (`invalid_cursor`)
   */
  sharedWithMe(query: SharedQuery & ShowVariantUrls): Promise<Page<WithVariantUrl<Read>>>;
  sharedWithMe(query: SharedQuery & ShowUrls): Promise<Page<WithUrl<Read>>>;
  sharedWithMe(query?: SharedQuery): Promise<Page<Read>>;
}

/** A file as a list with URLs gives it. */
export type WithUrl<Read extends FileRead> = Read & Required<FileUrl>;

/** A file with the URL of its variant, which is null where the variant was not made yet. */
export type WithVariantUrl<Read extends FileRead> = Omit<Read, keyof FileUrl> & {
  readonly url: string | null;
  readonly urlExpiresAt: Date | null;
};

/** The images of a scope: JPEG, PNG, WebP and GIF. */
export type ImageCollection<Id extends OwnerId = string> = MediaCollection<
  ImageCreate,
  ImageRead<Id>,
  ImageDetails,
  ImageRules,
  Id
>;

/** The audio files of a scope: MP3, WAV, FLAC and M4A. */
export interface AudioCollection<Id extends OwnerId = string> extends MediaCollection<
  AudioCreate,
  AudioRead<Id>,
  AudioDetails,
  AudioRules,
  Id
> {
  /**
   * Attaches a transcript, or removes it with null.
   *
   * @throws InvalidInputError (`invalid_input`), FileNotFoundError (`file_not_found`),
   *   AccessDeniedError (`access_denied`)
   */
  setTranscript(
    id: string,
    transcript: string | null,
    options?: WriteOptions,
  ): Promise<AudioRead<Id>>;
}

/** Reads of the files of one kind by their ids. */
export interface FileReads<Read extends FileRead> {
  /** @throws FileNotFoundError (`file_not_found`) */
  get(id: string, options?: ReadOptions): Promise<Read>;
  /**
   * Many files by their ids, in one query. Ids that the scope may not see are left out. With `withUrls`,
   * each has its signed URL.
   *
   * @throws InvalidInputError (`invalid_input`) also for more than 1,000 ids
   */
  getMany(
    ids: readonly string[],
    options: GetManyOptions & ShowVariantUrls,
  ): Promise<Map<string, WithVariantUrl<Read>>>;
  getMany(
    ids: readonly string[],
    options: GetManyOptions & ShowUrls,
  ): Promise<Map<string, WithUrl<Read>>>;
  getMany(ids: readonly string[], options?: GetManyOptions): Promise<Map<string, Read>>;
  /** Whether the scope can see such a file. */
  exists(id: string, options?: ReadOptions): Promise<boolean>;
  /**
   * A signed URL that anyone can GET until it expires: of the file, or of its variant.
   *
   * @throws FileNotFoundError (`file_not_found`), InvalidInputError (`invalid_input`),
   *   VariantNotReadyError (`variant_not_ready`)
   */
  url(id: string, options?: UrlOptions): Promise<SignedUrl>;
  /**
   * Signed URLs of many files by their ids, or of their variants: null where one was not made yet. Ids
   * that the scope may not see are left out.
   *
   * @throws InvalidInputError (`invalid_input`) also for more than 1,000 ids
   */
  urls(
    ids: readonly string[],
    options: UrlOptions & ShowVariant,
  ): Promise<Map<string, SignedUrl | null>>;
  urls(ids: readonly string[], options?: UrlOptions): Promise<Map<string, SignedUrl>>;
  /**
   * Opens the bytes of the file, or of its variant. The stream fails with an `ObjectStoreError`; destroying it frees the
   * connection. Left unread for longer than the S3 provider's request timeout (15 s by default), it
   * fails.
   *
   * @throws FileNotFoundError (`file_not_found`), InvalidRangeError (`invalid_range`),
   *   UploadAbortedError (`upload_aborted`), InvalidInputError (`invalid_input`), VariantNotReadyError
   *   (`variant_not_ready`)
   */
  download(id: string, options?: DownloadOptions): Promise<Download>;
}

/** The files of one kind in a scope. */
export interface MediaCollection<
  Create,
  Read extends FileRead,
  Details,
  Rules,
  Id extends OwnerId = string,
>
  extends FileLists<Read>, FileReads<Read> {
  /**
   * Stores a file. Its type is decided by its content. The file is visible once this resolves, or once
   * your transaction commits; when it rejects, nothing is stored. After `database_unavailable` the
   * outcome is unknown; repeat with the same `idempotencyKey`.
   *
   * @throws InvalidInputError (`invalid_input`), EmptyFileError (`empty_file`), FileTooLargeError
   *   (`file_too_large`), QuotaExceededError (`quota_exceeded`), UnsupportedMediaTypeError
   *   (`unsupported_media_type`), InvalidMediaError (`invalid_media`), LengthMismatchError
   *   (`length_mismatch`), SourceFailedError (`source_failed`), OwnerNotFoundError (`owner_not_found`), UploadAbortedError
   *   (`upload_aborted`), UploadExpiredError (`upload_expired`), IdempotencyConflictError
   *   (`idempotency_conflict`), UploadInProgressError (`upload_in_progress`),
   *   InspectionInterruptedError (`inspection_interrupted`), ResourceUnavailableError
   *   (`resource_unavailable`), VariantFailedError (`variant_failed`), VariantsBusyError (`variants_busy`),
   *   RuleBrokenError (`rule_broken`), FileRefusedError (`file_refused`), GateFailedError (`gate_failed`)
   */
  upload(input: Input<Create>, options?: UploadOptions<Rules>): Promise<FileUploadResult<Read>>;
  /**
   * Prepares an upload that a client sends straight to S3, with requests that are good for just the
   * announced file, to a key from which nothing is ever served. A file of more than 16 MiB goes in
   * parts, unless told otherwise. Nothing is visible before `completeDirectUpload`. It takes no
   * transaction, and is outside of Sequelize's CLS.
   *
   * Where the bucket demands a digest of each body (`contentMd5` of `S3Provider`), `md5` is needed, and
   * parts are not possible.
   *
   * @throws InvalidInputError (`invalid_input`), FileTooLargeError (`file_too_large`),
   *   QuotaExceededError (`quota_exceeded`), UnsupportedMediaTypeError (`unsupported_media_type`)
   */
  createDirectUpload(
    input: Input<DirectUploadCreate>,
    options?: DirectUploadOptions,
  ): Promise<DirectUpload>;
  /**
   * Makes a file of what a client has sent, after the same checks as in every upload. Whatever
   * becomes of the staged object afterwards does not change the file. Any number of calls, one after
   * another or at once, give the same file, and what was refused once stays refused: until
   * `completeBefore`, after which the sweep forgets the direct upload, and keeps the file.
   *
   * @throws InvalidInputError (`invalid_input`), DirectUploadNotFoundError
   *   (`direct_upload_not_found`), DirectUploadIncompleteError (`direct_upload_incomplete`) when not
   *   everything has been sent: the call can be repeated, DirectUploadExpiredError
   *   (`direct_upload_expired`), ChecksumMismatchError (`checksum_mismatch`), LengthMismatchError
   *   (`length_mismatch`), UnsupportedMediaTypeError (`unsupported_media_type`), InvalidMediaError
   *   (`invalid_media`), InspectionInterruptedError (`inspection_interrupted`),
   *   ResourceUnavailableError (`resource_unavailable`), OwnerNotFoundError (`owner_not_found`),
   *   UploadAbortedError (`upload_aborted`), VariantFailedError (`variant_failed`), VariantsBusyError
   *   (`variants_busy`), RuleBrokenError (`rule_broken`), FileRefusedError (`file_refused`),
   *   GateFailedError (`gate_failed`), QuotaExceededError (`quota_exceeded`) where its variants have no room:
   *   the call can be repeated, UploadExpiredError (`upload_expired`) when another party has taken
   *   it over, FileNotFoundError (`file_not_found`) when the file was deleted since
   */
  completeDirectUpload(
    id: string,
    options?: CompleteOptions<Details, Rules>,
  ): Promise<FileUploadResult<Read>>;
  /**
   * Where a direct upload stands; it can be asked until `completeBefore`. With `withRequests`, it has
   * `requests` for what S3 does not have yet, signed anew, so that a client can go on after a failure:
   * the parts that are missing or of another size than planned, or the whole. These work until five
   * minutes before `completeBefore` at most. It takes no transaction, and is outside of Sequelize's CLS.
   *
   * @throws DirectUploadNotFoundError (`direct_upload_not_found`), InvalidInputError
   *   (`invalid_input`); with `withRequests` also DirectUploadExpiredError (`direct_upload_expired`)
   *   when it is too late to send what is missing, and DirectUploadRefusedError with the code that it
   *   was refused with
   */
  directUpload(id: string, options: ShowRequests): Promise<Required<DirectUploadStatus>>;
  directUpload(id: string, options?: DirectUploadStatusOptions): Promise<DirectUploadStatus>;
  /**
   * Ends a direct upload that is not completed. A completed one stays: delete its file. It takes no
   * transaction, and is outside of Sequelize's CLS.
   *
   * @throws DirectUploadNotFoundError (`direct_upload_not_found`)
   */
  cancelDirectUpload(id: string): Promise<void>;
  /**
   * Gives a variant of a file that the scope may see, and makes it if it is missing: once for all who ask
   * at the same time, in any number of processes. A recipe that a file refuses is tried three times in
   * all. It takes no transaction: the file must be committed.
   *
   * @param name of a recipe of the provider's `variants`
   * @throws InvalidInputError (`invalid_input`), FileNotFoundError (`file_not_found`), VariantFailedError
   *   (`variant_failed`) with the reason, VariantsBusyError (`variants_busy`), OperationAbortedError
   *   (`operation_aborted`), ResourceUnavailableError (`resource_unavailable`), UploadExpiredError
   *   (`upload_expired`) when its lease was lost
   */
  variant(id: string, name: string, options?: MakeVariantOptions): Promise<VariantRead>;
  /**
   * Changes what is said of a file, and never its bytes. What `changes` does not name stays as it is, also
   * beside another change at the same time; null removes it. URLs that were signed before keep the name that
   * they were signed with.
   *
   * @throws InvalidInputError (`invalid_input`), FileNotFoundError (`file_not_found`),
   *   AccessDeniedError (`access_denied`)
   */
  update(id: string, changes: Input<Details>, options?: WriteOptions): Promise<Read>;
  /**
   * Deletes a file and its variants: it is gone for every reader before its bytes are. After a
   * `storage_unavailable` the file is already gone for readers, its bytes follow with a repeated
   * call or with the next sweep. A second delete is `file_not_found`, except while the bytes of the
   * first are still to go: then it removes them. Inside a transaction, a failure of S3 is left to the
   * sweep.
   *
   * Foreign keys of your tables decide before a byte is touched: those that restrict refuse, those
   * that cascade or set null take effect with the deletion.
   *
   * With `restorableFor`, it moves the file to the trash instead, and foreign keys are not asked yet. Without,
   * it deletes a file in the trash for good.
   *
   * @throws FileNotFoundError (`file_not_found`), AccessDeniedError (`access_denied`), FileInUseError
   *   (`file_in_use`), after which a transaction of yours goes on, InvalidInputError (`invalid_input`)
   */
  delete(id: string, options?: DeleteOptions): Promise<void>;
  /**
   * Deletes many files, as `delete` does one, with a result for each id in their order: what is not
   * this scope's to delete is in its result, and no exception. Inside a caller's transaction,
   * results say what its commit will do, and a failure of S3 is left to the sweep.
   *
   * @throws InvalidInputError (`invalid_input`) also for more than 10,000 ids
   */
  deleteMany(ids: readonly string[], options?: DeleteOptions): Promise<DeleteResult[]>;
  /**
   * Takes a file of the scope's owner out of the trash, to which `delete` with `restorableFor` has moved it:
   * with its id, its bytes, its variants and all that was said of it. Only its idempotency key is free.
   *
   * @throws FileNotFoundError (`file_not_found`) for a file that is not in the trash, and once its time
   *   there is over
   */
  restore(id: string, options?: WriteOptions): Promise<Read>;
  /**
   * Lets another user, or everyone who is signed in, read a file of the scope's user: by every call of
   * {@link FileReads} and `variant`, and in `sharedWithMe`. Nobody else can change it, or see that it is
   * shared. Repeated, it changes the end. A file has 1,000 grants at most, which calls at the same time may
   * exceed by a few. Needs the option `sharing` of the provider.
   *
   * The grants end with the file, and with the row of the user that they are for. In the trash nobody reads
   * it; `restore` brings them back. URLs that were signed before the end work until they expire.
   *
   * @throws InvalidInputError (`invalid_input`) also for the owner itself, and for the system's scope,
   *   FileNotFoundError (`file_not_found`), AccessDeniedError (`access_denied`) for what the user may only
   *   read, OwnerNotFoundError (`owner_not_found`) when there is no such user
   */
  share(id: string, options: ShareOptions<Id>): Promise<GrantRead<Id>>;
  /**
   * Ends a grant, and does nothing where there is none.
   *
   * @throws as {@link share} does
   */
  unshare(id: string, options: UnshareOptions<Id>): Promise<void>;
  /**
   * A page of the grants of a file of the scope's user that have not ended, the oldest first.
   *
   * @throws InvalidInputError (`invalid_input`), InvalidCursorError (`invalid_cursor`), FileNotFoundError
   *   (`file_not_found`), AccessDeniedError (`access_denied`)
   */
  grants(id: string, query?: GrantsQuery): Promise<Page<GrantRead<Id>>>;
}

export type ContentType = ImageContentType | AudioContentType;

/** The properties of a DTO: an instance of its class, or a plain object. */
export type Input<Dto> = { readonly [Name in keyof Dto]: Dto[Name] };

export interface ReadOptions {
  /**
   * The caller's transaction: what was stored or deleted in it is seen so. With Sequelize's CLS, the
   * transaction of the code that calls is taken when it is absent; null takes none.
   */
  transaction?: Transaction | null;
}

export interface WriteOptions {
  /**
   * The caller's transaction: the change is visible when it commits, and a rollback leaves nothing.
   * Uploads and completions need READ COMMITTED. What the module does for it before, it does on
   * connections of its own. With Sequelize's CLS, the transaction of the code that calls is taken when
   * it is absent; null takes none.
   *
   * Await each call before the next statement of the transaction: a deletion runs in a savepoint.
   * Commit and rollback wait for S3 for 1.5 s at most, all files together. Without a transaction, a call
   * waits for a lock of the application's for 15 s, and then fails with `database_unavailable`.
   */
  transaction?: Transaction | null;
}

export interface DeleteOptions extends WriteOptions {
  /**
   * Moves the file to the trash for so many seconds, 1 to 31,536,000 (365 days), by the database's clock.
   * There only `restore`, `delete` and lists with `trashed` find it. Signed URLs that were given before work
   * until they expire. A file that is there already keeps its time. Its idempotency key is free at once.
   *
   * Rows of your tables may go on referring to it. Once its time is over it cannot be restored, and the next
   * sweep deletes it: then foreign keys decide, and a file in use stays, hidden, until those rows are gone.
   */
  restorableFor?: number;
}

export interface UnshareOptions<Id extends OwnerId = string> extends WriteOptions {
  /** A user's id, or `{ everyone: true }`: every user, also those to come. */
  with: Id | Everyone;
}

export interface ShareOptions<Id extends OwnerId = string> extends UnshareOptions<Id> {
  /** When it ends, by the database's clock; never when absent or null. */
  until?: Date | null;
}

export interface GrantsQuery extends ReadOptions {
  /** Items on a page, 1 to 200; 50 when absent. */
  limit?: number;
  /** `nextCursor` of the page before, of the same file. */
  cursor?: string | null;
}

export interface UploadOptions<Rules = never> extends WriteOptions {
  /** Ends the upload with UploadAbortedError; nothing is stored. */
  signal?: AbortSignal;
  /** Seconds that the returned URL works, 1 to 604,800 (7 days). */
  urlExpiresIn?: number;
  /** How thoroughly the file is verified; the provider's `verify` when absent. */
  verify?: Verification;
  /** Accepts an image that was cut. Default: `truncated` of the provider. */
  truncated?: Truncation;
  /**
   * What is removed from the file before it is stored: `keep`, `location` or `all`. Default: `privacy` of the
   * provider. A file that cannot be stripped with certainty is `invalid_media`; under `all` that is any image
   * which was cut, whatever `truncated` says. A repeated completion gives the first result.
   */
  privacy?: PrivacyLevel;
  /**
   * What the file is held to, such as `{ formats: ["jpeg"], minWidth: 800 }`; a file that does not meet it is
   * `rule_broken`, `unsupported_media_type` or `file_too_large`, and nothing of it is stored.
   */
  rules?: Input<Rules>;
  /**
   * Names recipes of the provider's `variants`, which are ready when the upload resolves, or when your
   * transaction commits. An image of which one cannot be made is refused with `variant_failed`; an audio
   * file without a cover has none. A repetition in a transaction makes none that are missing.
   */
  variants?: readonly string[];
  /**
   * Makes the upload safe to repeat: 1 to 255 characters, such as a UUID that the client made for
   * it. A repetition by the same owner with the same bytes stores nothing and gives the first
   * result with a new URL; what else it passes (file name, title, alternative text, metadata, transcript) is
   * ignored. Other bytes, or
   * the other kind of file, are `idempotency_conflict`. The bytes that would be stored are compared: with
   * another `privacy`, and after `strip` of maintenance, they may differ.
   *
   * While the first upload runs, the repetition waits for it, its body unread; one that crashed is
   * taken over once its lease is over. A key is remembered as long as its file exists: after a
   * deletion, also to the trash, and after an upload that failed, it is free again. A file that a transaction has stored
   * and not committed is waited for five seconds; then `upload_in_progress`. One whose file the same
   * transaction has deleted is `upload_in_progress` until that has ended.
   */
  idempotencyKey?: string;
  /**
   * Called as bytes go to S3: once for a small file, for each block or part of a larger one, and never where
   * a repetition finds its file. The file is not there before the upload resolves. What it throws is logged
   * and changes nothing; it is not waited for.
   */
  onProgress?: (progress: UploadProgress) => unknown;
}

export interface DirectUploadOptions {
  /**
   * Seconds, 1 to 86,400, within which a client has to begin to send; 3,600 when absent. An hour more
   * is left to complete the upload.
   */
  expiresIn?: number;
  /** Whether the file is sent in parts of 8 MiB; when absent, a file of more than 16 MiB is. */
  multipart?: boolean;
}

export interface DirectUploadStatusOptions {
  /** Life of the requests in seconds, 1 to 86,400. Default: 3,600. */
  expiresIn?: number;
  /** Signs requests for what is left to send. Lists the parts that S3 has. Default: false. */
  withRequests?: boolean;
}

/** Asks for requests for what is left to send. */
export interface ShowRequests extends DirectUploadStatusOptions {
  withRequests: true;
}

/** How to complete a direct upload. */
export interface CompleteOptions<Details = ImageDetails | AudioDetails, Rules = never> extends Omit<
  UploadOptions<Rules>,
  "idempotencyKey" | "onProgress"
> {
  /**
   * What to say of the file; its `filename` takes the place of the announced one. A repeated completion
   * ignores it.
   */
  details?: Input<Details>;
}

/** Which files a list shows: those that meet all of it. */
export interface ListFilter extends ReadOptions {
  /** Of this type, or of one of these. */
  contentType?: ContentType | readonly ContentType[];
  /** Created at this time or later. */
  createdFrom?: Date;
  /** Created before this time. */
  createdBefore?: Date;
  /** Case-sensitive prefix of the file name. Takes longer the more names have it. */
  filenamePrefix?: string;
  /**
   * Metadata that holds all of this: the same value, of the same type, under each of these names. Reads the
   * owner's files until the page is full, unless you have created the index that the guide describes.
   */
  metadata?: FileMetadata;
  /**
   * Lists the files in the trash that can be restored, instead of all others; false when absent. They have no
   * URLs.
   */
  trashed?: boolean;
}

export interface ListQuery extends ListFilter {
  /** Items on a page, 1 to 200; 50 when absent. */
  limit?: number;
  /** `nextCursor` of the page before, from this scope and with the same order and filter. */
  cursor?: string | null;
  /** By id, which is by creation; `newest` first when absent. */
  order?: "newest" | "oldest";
  /** Whether, and how, to sign a URL for each file; false when absent. */
  withUrls?: boolean | Omit<UrlOptions, "transaction">;
}

/** Which of the shared files a list shows. */
export type SharedQuery = Omit<ListQuery, "trashed">;

export interface ListAllQuery extends Omit<ListQuery, "cursor"> {
  /** Ends the loop with OperationAbortedError before its next file. */
  signal?: AbortSignal;
}

export interface GetManyOptions extends ReadOptions {
  /** Whether, and how, to sign a URL for each file; false when absent. */
  withUrls?: boolean | Omit<UrlOptions, "transaction">;
}

/** Asks for files with URLs. */
export interface ShowUrls {
  withUrls: true | Omit<UrlOptions, "transaction">;
}

/** Asks for what may not have been made yet. */
export interface ShowVariant {
  variant: string;
  fallback?: undefined;
}

/** Asks for files with the URLs of their variants. */
export interface ShowVariantUrls {
  withUrls: Omit<UrlOptions, "transaction" | keyof ShowVariant> & ShowVariant;
}

/** Which picture of a file is meant. */
export interface VariantOptions {
  /**
   * Names a recipe of the provider's `variants`; the file itself when absent. Of a recipe that has
   * changed, the earlier variant is meant until there is a new one.
   */
  variant?: string;
  /** Takes the file itself where the variant was not made yet. */
  fallback?: "original";
}

/** How to make a variant. */
export interface MakeVariantOptions {
  /** Ends the wait with OperationAbortedError. What was begun goes on. */
  signal?: AbortSignal;
  /** Seconds that the returned URL works, 1 to 604,800 (7 days). */
  urlExpiresIn?: number;
}

export interface UrlOptions extends ReadOptions, VariantOptions {
  /** Seconds that the URL works, 1 to 604,800 (7 days); the provider's `urlExpiresIn` when absent. */
  expiresIn?: number;
  /**
   * Whether a browser shows the file or saves it; `inline` when absent, which is safe: the type that
   * it is served with is the one that was detected, an image or audio, never a document.
   */
  disposition?: "inline" | "attachment";
  /**
   * Seconds, 1 to 604,800, of a window during which the same call gives the same URL, byte for byte,
   * as long as the credentials stay the same; the provider's `urlWindow` when absent. The URL works
   * for `expiresIn` at least, and at most for one window more. Where both are more than 7 days, the
   * window is what `expiresIn` leaves of them.
   */
  window?: number;
}

/**
 * A URL and the moment it stops working: at the end of its life, or of the temporary credentials
 * that signed it.
 */
export interface SignedUrl {
  url: string;
  expiresAt: Date;
}

/**
 * What became of one file of a batch. The code of an error is `file_not_found`, `access_denied`,
 * `file_in_use`, or `storage_unavailable` or `storage_error` for a file that is gone for readers, whose bytes follow.
 */
export type DeleteResult =
  | { readonly id: string; readonly deleted: true }
  | { readonly id: string; readonly deleted: false; readonly error: ObjectStoreError };

export interface DownloadOptions extends ReadOptions, VariantOptions {
  /** Byte offsets, both inclusive and from 0; without `end`, up to the last byte. */
  range?: { start: number; end?: number };
  /** Ends the download, also while its stream is read. */
  signal?: AbortSignal;
}

/** An open download. */
export interface Download {
  stream: Readable;
  /** Bytes that the stream will give. */
  byteLength: number;
  /** Bytes of the whole file. */
  totalByteLength: number;
  contentType: string;
  /** Entity tag of the object, quoted, as RFC 9110 has it. */
  etag: string;
}
