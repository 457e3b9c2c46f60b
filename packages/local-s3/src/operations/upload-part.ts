import { type ChecksumAlgorithm } from "../checksums/checksum.js";
import { S3Error } from "../errors.js";
import { emptyResponse, isoTime, quoted, xmlResponse } from "../http/s3-response.js";
import { xmlDocument } from "../http/xml-writer.js";
import { DigestedBytes } from "../storage/digested-bytes.js";
import { readSlice } from "../storage/file-slice.js";
import { checksumElements, checksumHeaders } from "./checksum-headers.js";
import { openCopySource, readCopySource } from "./copy-source.js";
import { type Operation } from "./operation.js";
import { COPY_SOURCE_HEADERS } from "./operation-headers.js";
import { requireUploadSize } from "./put-object.js";
import { partNumber, uploadId } from "./upload-parameters.js";

export const uploadPart: Operation = {
  name: "UploadPart",
  method: "PUT",
  target: "object",
  selectors: ["partNumber", "uploadId"],
  readsBody: true,
  bodyChecksum: true,
  async run({ store, request, payload }) {
    const { uploads } = store.bucket(request.bucket);
    const number = partNumber(request);
    requireUploadSize(payload);
    const { checksum } = await uploads.get(uploadId(request), request.key);
    const declared = payload.declaredChecksum?.algorithm;
    if (checksum !== undefined) requireAlgorithm(checksum.algorithm, declared);
    const part = await uploads.putPart(uploadId(request), request.key, number, payload);
    return emptyResponse(200, { etag: quoted(part.etag), ...checksumHeaders(part.checksum) });
  },
};

export const uploadPartCopy: Operation = {
  name: "UploadPartCopy",
  method: "PUT",
  target: "object",
  selectors: ["partNumber", "uploadId"],
  header: "x-amz-copy-source",
  headers: [...COPY_SOURCE_HEADERS, "x-amz-copy-source-range"],
  async run({ store, request }) {
    const { headers, key } = request;
    const { uploads } = store.bucket(request.bucket);
    const number = partNumber(request);
    const { checksum } = await uploads.get(uploadId(request), key);
    const { object, handle } = await openCopySource(store, headers, readCopySource(headers));
    try {
      const { start, length } = copyRange(headers.get("x-amz-copy-source-range"), object.size);
      const bytes = new DigestedBytes(readSlice(handle, start, length), checksum?.algorithm);
      const part = await uploads.putPart(uploadId(request), key, number, bytes);
      return xmlResponse(
        xmlDocument("CopyPartResult", {
          LastModified: isoTime(part.lastModified),
          ETag: quoted(part.etag),
          ...checksumElements(part.checksum),
          ChecksumType: undefined,
        }),
      );
    } finally {
      await handle.close();
    }
  },
};

/** Parts carry the checksum that their upload was created with; without one they are free. */
function requireAlgorithm(
  expected: ChecksumAlgorithm,
  declared: ChecksumAlgorithm | undefined,
): void {
  if (expected === declared) return;
  const actual = declared?.toLowerCase() ?? "null";
  throw new S3Error(
    "InvalidRequest",
    `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${actual}`,
  );
}

/**
 * Unlike the range of a read, one of a copy must be exact: `bytes=first-last`, within the source.
 *
 * @throws {S3Error} InvalidArgument
 */
function copyRange(header: string | undefined, size: number): { start: number; length: number } {
  if (header === undefined) return { start: 0, length: size };
  const [, first, last] = (/^bytes=(\d+)-(\d+)$/.exec(header) ?? []).map(Number);
  if (first === undefined || last === undefined || first > last || last >= size) {
    throw new S3Error(
      "InvalidArgument",
      `The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy, within the source of ${size} bytes`,
      { ArgumentName: "x-amz-copy-source-range", ArgumentValue: header },
    );
  }
  return { start: first, length: last - first + 1 };
}
