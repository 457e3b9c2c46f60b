import { emptyResponse } from "../http/s3-response.js";
import { type Operation } from "./operation.js";
import { uploadId } from "./upload-parameters.js";

export const abortMultipartUpload: Operation = {
  name: "AbortMultipartUpload",
  method: "DELETE",
  target: "object",
  selectors: ["uploadId"],
  async run({ store, request }) {
    await store.bucket(request.bucket).uploads.abort(uploadId(request), request.key);
    return emptyResponse(204);
  },
};
