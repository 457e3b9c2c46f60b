import { type ChecksumAlgorithm, type ChecksumType } from "../checksums/checksum.js";
import { S3Error } from "../errors.js";
import { type RequestHeaders } from "../http/request-headers.js";
import { xmlResponse } from "../http/s3-response.js";
import { xmlDocument } from "../http/xml-writer.js";
import { type UploadChecksum } from "../storage/multipart-uploads.js";
import { requestedAlgorithm } from "./checksum-headers.js";
import { readAttributes } from "./object-attributes.js";
import { type Operation } from "./operation.js";
import { OBJECT_HEADERS } from "./operation-headers.js";

/**
 * Which types a multipart upload may ask for; the first is the default.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
const TYPES: Readonly<Record<ChecksumAlgorithm, readonly ChecksumType[]>> = {
  CRC32: ["COMPOSITE", "FULL_OBJECT"],
  CRC32C: ["COMPOSITE", "FULL_OBJECT"],
  CRC64NVME: ["FULL_OBJECT"],
  SHA1: ["COMPOSITE"],
  SHA256: ["COMPOSITE"],
};

export const createMultipartUpload: Operation = {
  name: "CreateMultipartUpload",
  method: "POST",
  target: "object",
  selectors: ["uploads"],
  headers: [...OBJECT_HEADERS, "x-amz-checksum-algorithm", "x-amz-checksum-type"],
  async run({ store, request }) {
    const { headers, bucket, key } = request;
    const { uploads } = store.bucket(bucket);
    const attributes = readAttributes(headers);
    const checksum = uploadChecksum(headers);
    const uploadId = await uploads.create({ key, attributes, checksum });
    const response = xmlResponse(
      xmlDocument("InitiateMultipartUploadResult", {
        Bucket: bucket,
        Key: key,
        UploadId: uploadId,
      }),
    );
    if (checksum === undefined) return response;
    return {
      ...response,
      headers: {
        ...response.headers,
        "x-amz-checksum-algorithm": checksum.algorithm,
        "x-amz-checksum-type": checksum.type,
      },
    };
  },
};

function uploadChecksum(headers: RequestHeaders): UploadChecksum | undefined {
  const algorithm = requestedAlgorithm(headers);
  const requested = headers.get("x-amz-checksum-type");
  if (algorithm === undefined) {
    if (requested === undefined) return undefined;
    throw new S3Error(
      "InvalidRequest",
      "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
    );
  }
  const types = TYPES[algorithm];
  const type = types.find((candidate) => candidate === (requested ?? types[0]));
  if (type === undefined) {
    throw new S3Error(
      "InvalidRequest",
      `The ${String(requested)} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
    );
  }
  return { algorithm, type };
}
