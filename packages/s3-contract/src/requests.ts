export { type ChunkedUpload, sendChunked } from "./requests/aws-chunked.js";
export { beginRequest } from "./requests/begun-request.js";
export { encodeKey } from "./requests/encode-key.js";
export { type RawRequest, type Reply, send, sendRaw } from "./requests/http.js";
export { type FormReply, type PostForm, postForm } from "./requests/post-form.js";
export { sdkClient } from "./requests/sdk-client.js";
export { presign, sha256, type SigningOptions, signRequest } from "./requests/signer.js";
