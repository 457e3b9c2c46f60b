import { S3Error } from "../errors.js";
import { readWriteCondition } from "../http/conditions.js";
import { type RequestHeaders } from "../http/request-headers.js";
import { isoTime, quoted, xmlResponse } from "../http/s3-response.js";
import { xmlDocument } from "../http/xml-writer.js";
import { DigestedBytes } from "../storage/digested-bytes.js";
import { readSlice } from "../storage/file-slice.js";
import { checksumElements, requestedAlgorithm } from "./checksum-headers.js";
import { openCopySource, readCopySource } from "./copy-source.js";
import { readAttributes } from "./object-attributes.js";
import { type Operation } from "./operation.js";
import { COPY_SOURCE_HEADERS, OBJECT_HEADERS, WRITE_CONDITIONS } from "./operation-headers.js";
import { MAX_PUT_BYTES } from "./put-object.js";

export const copyObject: Operation = {
  name: "CopyObject",
  method: "PUT",
  target: "object",
  header: "x-amz-copy-source",
  headers: [
    ...COPY_SOURCE_HEADERS,
    ...OBJECT_HEADERS,
    ...WRITE_CONDITIONS,
    "x-amz-checksum-algorithm",
    "x-amz-metadata-directive",
  ],
  async run({ store, request }) {
    const { headers, bucket, key } = request;
    const { objects } = store.bucket(bucket);
    const source = readCopySource(headers);
    const replace = replacesMetadata(headers);
    if (source.bucket === bucket && source.key === key && !replace) {
      throw new S3Error(
        "InvalidRequest",
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
      );
    }
    const algorithm = requestedAlgorithm(headers);
    const attributes = replace ? readAttributes(headers) : undefined;
    const condition = readWriteCondition(headers);
    const { object, handle } = await openCopySource(store, headers, source);
    try {
      requireCopyableSize(object.size);
      const bytes = readSlice(handle, 0, object.size);
      const copy = await objects.put(
        key,
        new DigestedBytes(bytes, algorithm ?? object.checksum?.algorithm),
        attributes ?? object,
        condition,
      );
      return xmlResponse(
        xmlDocument("CopyObjectResult", {
          LastModified: isoTime(copy.lastModified),
          ETag: quoted(copy.etag),
          ...checksumElements(copy.checksum),
        }),
      );
    } finally {
      await handle.close();
    }
  },
};

function requireCopyableSize(size: number): void {
  if (size > MAX_PUT_BYTES) {
    throw new S3Error(
      "InvalidRequest",
      `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_PUT_BYTES}`,
    );
  }
}

function replacesMetadata(headers: RequestHeaders): boolean {
  const directive = headers.get("x-amz-metadata-directive") ?? "COPY";
  if (directive === "COPY" || directive === "REPLACE") return directive === "REPLACE";
  throw new S3Error("InvalidArgument", "Unknown metadata directive.", {
    ArgumentName: "x-amz-metadata-directive",
    ArgumentValue: directive,
  });
}
