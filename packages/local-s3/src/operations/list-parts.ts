import { isoTime, quoted, xmlResponse } from "../http/s3-response.js";
import { formEncode } from "../http/uri.js";
import { xmlDocument } from "../http/xml-writer.js";
import { checksumElements } from "./checksum-headers.js";
import { countParameter, encodingParameter } from "./list-parameters.js";
import { type Operation } from "./operation.js";
import { OWNER } from "./owner.js";
import { uploadId } from "./upload-parameters.js";

const MAX_PARTS = 1000;

export const listParts: Operation = {
  name: "ListParts",
  method: "GET",
  target: "object",
  selectors: ["uploadId"],
  parameters: ["max-parts", "part-number-marker", "encoding-type"],
  async run({ store, request }) {
    const { bucket, key, query } = request;
    const { uploads } = store.bucket(bucket);
    const encoding = encodingParameter(query);
    const limit = countParameter(query, "max-parts", MAX_PARTS);
    const marker = query.has("part-number-marker")
      ? countParameter(query, "part-number-marker", Infinity)
      : 0;
    const { checksum } = await uploads.get(uploadId(request), key);
    const { parts, truncated } = await uploads.listParts(uploadId(request), key, marker, limit);
    return xmlResponse(
      xmlDocument("ListPartsResult", {
        Bucket: bucket,
        Key: encoding === "url" ? formEncode(key) : key,
        EncodingType: encoding,
        UploadId: uploadId(request),
        PartNumberMarker: marker,
        NextPartNumberMarker: parts.at(-1)?.partNumber ?? 0,
        MaxParts: limit,
        IsTruncated: truncated && limit > 0,
        Initiator: OWNER,
        Owner: OWNER,
        StorageClass: "STANDARD",
        ChecksumAlgorithm: checksum?.algorithm,
        ChecksumType: checksum?.type,
        Part: parts.map((part) => ({
          PartNumber: part.partNumber,
          LastModified: isoTime(part.lastModified),
          ETag: quoted(part.etag),
          Size: part.size,
          ...checksumElements(part.checksum),
          ChecksumType: undefined,
        })),
      }),
    );
  },
};
