export { detectMediaKind } from "./detect-media-kind.js";
export * from "./errors.js";
export { httpStatusOf } from "./http-status.js";
export { inspectMedia } from "./inspect-media.js";
export type {
  AudioContentType,
  AudioFacts,
  AudioFormat,
  AudioTags,
  Chapter,
  CoverFacts,
  DurationSource,
  ImageContentType,
  ImageFacts,
  ImageFormat,
  InspectionLimits,
  MediaFacts,
  MediaKind,
  RemovedKind,
} from "@repo/media-inspection";
export type { IsolationOptions } from "./upload/decoding.js";
export type { ObjectStoreLogger } from "./logger.js";
export type { OwnerTable, TableNames, TableOptions } from "./layout.js";
export type { GivenOwnerIds, OwnerId, OwnerIds, OwnerType } from "./owner-types.js";
export { objectStoreProvider } from "./object-store-service.js";
export { MAX_FILE_BYTES, type ObjectStoreOptions } from "./options.js";
export type {
  ApplicationScope,
  AudioCollection,
  CloseOptions,
  CompleteOptions,
  ContentType,
  DeleteOptions,
  DeleteResult,
  DirectUploadOptions,
  DirectUploadStatusOptions,
  Download,
  DownloadOptions,
  FileLists,
  FileReads,
  GetManyOptions,
  GrantsQuery,
  ImageCollection,
  Input,
  ListAllQuery,
  ListFilter,
  ListQuery,
  MakeVariantOptions,
  MediaCollection,
  MediaScope,
  ObjectStoreProvider,
  ReadOptions,
  SharedQuery,
  ShareOptions,
  ShowRequests,
  ShowUrls,
  ShowVariant,
  ShowVariantUrls,
  SignedUrl,
  StorageUsage,
  UnshareOptions,
  UploadOptions,
  UrlOptions,
  VariantOptions,
  WithUrl,
  WithVariantUrl,
  WriteOptions,
} from "./provider.js";
export {
  DirectUpload,
  DirectUploadCreate,
  type DirectPart,
  type DirectRequest,
  DirectUploadStatus,
} from "./dto/direct-upload.js";
export { AudioDetails, ImageDetails } from "./dto/file-details.js";
export { AudioRules, ImageRules } from "./dto/file-rules.js";
export { type Everyone, GrantRead } from "./dto/grant-read.js";
export type { PendingFile } from "./dto/pending-file.js";
export type { BeforeReady, GateContext } from "./gate/before-ready.js";
export type {
  ChangedPart,
  FileDeletedEvent,
  FileErasedEvent,
  FileReadyEvent,
  FileRestoredEvent,
  FileUpdatedEvent,
  MediaEvent,
  VariantReadyEvent,
} from "./events/media-event.js";
export type { EventHandler, HandlerContext, ListenOptions } from "./events/listening.js";
export type { MediaEvents, MediaListener } from "./events/media-events.js";
export type { FileMetadata } from "./file-metadata.js";
export { AudioCreate, ImageCreate } from "./dto/media-create.js";
export { AudioRead, type FileRead, ImageRead } from "./dto/media-read.js";
export { Page } from "./dto/page.js";
export type { VariantRecipe } from "@repo/media-processing";
export { type VariantContentType, VariantRead } from "./dto/variant-read.js";
export { FileUploadResult, type TypeContradiction } from "./dto/upload-result.js";
export { fromPath, type MediaBody, type PathBody } from "./upload/media-body.js";
export type { PrivacyLevel } from "./privacy.js";
export type { Quota } from "./quota/quota.js";
export type { QuotaOption } from "./quota/quotas.js";
export type { UploadProgress } from "./upload/progress.js";
export type { Truncation, Verification } from "./upload/verification.js";
