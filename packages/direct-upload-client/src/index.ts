export { DirectUploadError, type DirectUploadErrorCode } from "./direct-upload-error.js";
export {
  type DirectUploadRequests,
  type UploadDirectlyOptions,
  uploadDirectly,
  type UploadPart,
  type UploadProgress,
} from "./upload-directly.js";
export { type UploadRequest } from "./send-request.js";
