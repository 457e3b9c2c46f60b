import { S3Error } from "../errors.js";
import { readWriteCondition } from "../http/conditions.js";
import { emptyResponse, quoted } from "../http/s3-response.js";
import { type Payload } from "../payload/payload.js";
import { checksumHeaders } from "./checksum-headers.js";
import { readAttributes } from "./object-attributes.js";
import { type Operation } from "./operation.js";
import { OBJECT_HEADERS, WRITE_CONDITIONS } from "./operation-headers.js";

/** The largest object that one request can put: 5 GiB. */
export const MAX_PUT_BYTES = 5 * 1024 ** 3;

export const putObject: Operation = {
  name: "PutObject",
  method: "PUT",
  target: "object",
  headers: [...OBJECT_HEADERS, ...WRITE_CONDITIONS],
  readsBody: true,
  bodyChecksum: true,
  async run({ store, request, payload }) {
    const { objects } = store.bucket(request.bucket);
    const attributes = readAttributes(request.headers);
    const condition = readWriteCondition(request.headers);
    requireUploadSize(payload);
    const object = await objects.put(request.key, payload, attributes, condition);
    return emptyResponse(200, {
      etag: quoted(object.etag),
      ...checksumHeaders(object.checksum),
    });
  },
};

/** @throws {S3Error} MissingContentLength or EntityTooLarge */
export function requireUploadSize(payload: Payload): void {
  if (!payload.lengthGiven) throw new S3Error("MissingContentLength");
  if (payload.length > MAX_PUT_BYTES) {
    throw new S3Error("EntityTooLarge", undefined, {
      ProposedSize: String(payload.length),
      MaxSizeAllowed: String(MAX_PUT_BYTES),
    });
  }
}
