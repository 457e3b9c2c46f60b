import { isoTime, xmlResponse } from "../http/s3-response.js";
import { formEncode } from "../http/uri.js";
import { xmlDocument } from "../http/xml-writer.js";
import { countParameter, encodingParameter } from "./list-parameters.js";
import { listUploads } from "./list-uploads.js";
import { type Operation } from "./operation.js";
import { OWNER } from "./owner.js";

const MAX_UPLOADS = 1000;

export const listMultipartUploads: Operation = {
  name: "ListMultipartUploads",
  method: "GET",
  target: "bucket",
  selectors: ["uploads"],
  parameters: [
    "prefix",
    "delimiter",
    "max-uploads",
    "key-marker",
    "upload-id-marker",
    "encoding-type",
  ],
  async run({ store, request }) {
    const { query } = request;
    const encoding = encodingParameter(query);
    const encode = encoding === "url" ? formEncode : (text: string) => text;
    const parameter = (name: string): string => query.get(name) ?? "";
    const limit = countParameter(query, "max-uploads", MAX_UPLOADS);
    const page = listUploads(await store.bucket(request.bucket).uploads.list(), {
      prefix: parameter("prefix"),
      delimiter: parameter("delimiter"),
      keyMarker: parameter("key-marker"),
      uploadIdMarker: parameter("upload-id-marker"),
      limit,
    });
    return xmlResponse(
      xmlDocument("ListMultipartUploadsResult", {
        Bucket: request.bucket,
        KeyMarker: encode(parameter("key-marker")),
        UploadIdMarker: parameter("upload-id-marker"),
        NextKeyMarker: page.next && encode(page.next.keyMarker),
        NextUploadIdMarker: page.next?.uploadIdMarker,
        Prefix: encode(parameter("prefix")),
        Delimiter: query.has("delimiter") ? encode(parameter("delimiter")) : undefined,
        EncodingType: encoding,
        MaxUploads: limit,
        IsTruncated: page.next !== undefined,
        Upload: page.uploads.map((upload) => ({
          Key: encode(upload.key),
          UploadId: upload.uploadId,
          Initiator: OWNER,
          Owner: OWNER,
          StorageClass: "STANDARD",
          Initiated: isoTime(upload.initiated),
          ChecksumAlgorithm: upload.checksum?.algorithm,
          ChecksumType: upload.checksum?.type,
        })),
        CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
      }),
    );
  },
};
