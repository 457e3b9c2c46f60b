export type { Written } from "./attempt-log.js";
export type { CopyInput } from "./copy-object.js";
export type { DeleteManyResult } from "./delete-objects.js";
export {
  S3AbortedError,
  S3AccessDeniedError,
  S3ArchivedError,
  S3BucketNotFoundError,
  S3Error,
  type S3ErrorCode,
  type S3ErrorDetails,
  S3InvalidRangeError,
  S3InvalidRequestError,
  S3LengthMismatchError,
  S3NotFoundError,
  type S3Operation,
  type S3Outcome,
  S3PreconditionFailedError,
  S3StorageFullError,
  S3ThrottledError,
  S3TimeoutError,
  S3UnavailableError,
  S3UnexpectedError,
  S3WrongEndpointError,
} from "./errors.js";
export type { ByteRange, GetOptions, ObjectDownload, ObjectFacts } from "./get-object.js";
export type { ListedMultipartUpload, ListedObject, ListOptions } from "./list-objects.js";
export type { ListedPart } from "./list-parts.js";
export type {
  CallOptions,
  CreateMultipartUploadInput,
  MultipartUpload,
  UploadedPart,
  UploadPartInput,
} from "./multipart-upload.js";
export type {
  ListedVersion,
  ObjectVersion,
  ObjectVersions,
  VersioningStatus,
  VersionLock,
} from "./object-versions.js";
export type {
  S3ConnectionOptions,
  S3Credentials,
  S3CredentialsProvider,
  S3ProviderOptions,
} from "./options.js";
export type { PresignGetOptions } from "./presign/presign-get.js";
export type { PresignedPost, PresignPostOptions } from "./presign/presign-post.js";
export type { PresignedPut, PresignPartOptions, PresignPutOptions } from "./presign/presign-put.js";
export type { PresignedUrl, PresignLife } from "./presign/presigner.js";
export type { ObjectHeaders, PutInput } from "./put-object.js";
export type { S3RequestOptions } from "./request-rules.js";
export { S3Provider } from "./s3-provider.js";
