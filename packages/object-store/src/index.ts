export { detectMediaKind } from "./detect-media-kind.js";
export * from "./errors.js";
export { inspectMedia } from "./inspect-media.js";
export type {
  AudioContentType,
  AudioFacts,
  AudioFormat,
  AudioTags,
  DurationSource,
  ImageContentType,
  ImageFacts,
  ImageFormat,
  MediaFacts,
  MediaKind,
} from "@repo/media-inspection";
export type { InspectionLimits } from "@repo/media-inspection";
export type { IsolationOptions } from "./upload/decoding.js";
export type { Verification } from "./upload/inspection.js";
export type { ObjectStoreLogger } from "./logger.js";
export { objectStoreProvider } from "./object-store-service.js";
export { MAX_FILE_BYTES, type ObjectStoreOptions } from "./options.js";
export type {
  AudioCollection,
  CloseOptions,
  CompleteOptions,
  ContentType,
  DeleteResult,
  DirectUploadOptions,
  Download,
  DownloadOptions,
  FileLists,
  ImageCollection,
  Input,
  ListAllQuery,
  ListFilter,
  ListQuery,
  MediaCollection,
  MediaScope,
  ObjectStoreProvider,
  ReadOptions,
  SignedUrl,
  UploadOptions,
  UrlOptions,
  WithUrl,
  WriteOptions,
} from "./provider.js";
export { AudioCreate } from "./dto/media-create.js";
export { AudioRead } from "./dto/media-read.js";
export { type DirectPart, type DirectRequest, DirectUpload } from "./dto/direct-upload.js";
export { DirectUploadCreate } from "./dto/direct-upload.js";
export { DirectUploadStatus } from "./dto/direct-upload.js";
export { FileUploadResult } from "./dto/upload-result.js";
export { ImageCreate } from "./dto/media-create.js";
export { ImageRead } from "./dto/media-read.js";
export type { TypeContradiction } from "./dto/upload-result.js";
export { Page } from "./dto/page.js";
export type { MediaBody } from "./upload/media-body.js";
export { fromPath, type PathBody } from "./upload/media-body.js";
