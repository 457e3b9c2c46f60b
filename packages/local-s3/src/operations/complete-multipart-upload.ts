import { CHECKSUM_ALGORITHMS } from "../checksums/checksum.js";
import { S3Error } from "../errors.js";
import { readWriteCondition } from "../http/conditions.js";
import { type RequestHeaders } from "../http/request-headers.js";
import { uriEncodePath } from "../http/uri.js";
import { quoted, xmlResponse } from "../http/s3-response.js";
import { parseXml, readText, type XmlChildren, type XmlElement } from "../http/xml-reader.js";
import { xmlDocument } from "../http/xml-writer.js";
import { type CompletedPart } from "../storage/assembled-parts.js";
import { type UploadChecksum } from "../storage/multipart-uploads.js";
import { MAX_PART_NUMBER } from "../storage/part.js";
import { checksumElements } from "./checksum-headers.js";
import { type Operation } from "./operation.js";
import { WRITE_CONDITIONS } from "./operation-headers.js";
import { requirePartNumber, uploadId } from "./upload-parameters.js";

/** 10,000 parts with an ETag and the longest checksum each. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

const PART_CHILDREN: XmlChildren = {
  PartNumber: "1",
  ETag: "1",
  ...Object.fromEntries(CHECKSUM_ALGORITHMS.map((name) => [`Checksum${name}`, "?" as const])),
};

export const completeMultipartUpload: Operation = {
  name: "CompleteMultipartUpload",
  method: "POST",
  target: "object",
  selectors: ["uploadId"],
  headers: [...WRITE_CONDITIONS, "x-amz-checksum-*"],
  readsBody: true,
  async run({ store, request, payload }) {
    const { headers, bucket, key } = request;
    const { uploads } = store.bucket(bucket);
    const { checksum } = await uploads.get(uploadId(request), key);
    const document = parseXml(await readText(payload, MAX_BODY_BYTES), "CompleteMultipartUpload");
    const object = await uploads.complete(
      uploadId(request),
      key,
      readParts(document),
      expectedChecksum(headers, checksum),
      readWriteCondition(headers),
    );
    return xmlResponse(
      xmlDocument("CompleteMultipartUploadResult", {
        Location: `http://${headers.get("host") ?? ""}/${uriEncodePath(`${bucket}/${key}`)}`,
        Bucket: bucket,
        Key: key,
        ETag: quoted(object.etag),
        ...checksumElements(object.checksum),
      }),
    );
  },
};

/**
 * The checksum that the client expects of the object, which is of the kind that the upload was created
 * with.
 *
 * @throws {S3Error} InvalidRequest or BadDigest
 */
function expectedChecksum(
  headers: RequestHeaders,
  { algorithm, type }: Partial<UploadChecksum> = {},
): string | undefined {
  const own = algorithm?.toLowerCase();
  for (const [name, value] of headers.withPrefix("x-amz-checksum-")) {
    if (name === "type" && value !== type) {
      throw new S3Error("BadDigest", `The checksum type ${value} is not that of the upload.`);
    }
    if (name !== "type" && name !== own) {
      throw new S3Error(
        "InvalidRequest",
        `Checksum Type mismatch occurred, expected checksum Type: ${own ?? "null"}, actual checksum Type: ${name}`,
      );
    }
  }
  return own && headers.get(`x-amz-checksum-${own}`);
}

/** @throws {S3Error} MalformedXML, InvalidArgument or InvalidPartOrder */
function readParts(document: XmlElement): CompletedPart[] {
  document.requireChildren({ Part: "+" });
  const elements = document.all("Part");
  if (elements.length > MAX_PART_NUMBER) throw new S3Error("MalformedXML");
  for (const element of elements) element.requireChildren(PART_CHILDREN);
  const parts = elements.map((element) => ({
    partNumber: requirePartNumber(element.required("PartNumber")),
    etag: element.required("ETag").replaceAll('"', ""),
    checksum: CHECKSUM_ALGORITHMS.map((name) => element.child(`Checksum${name}`)).find(
      (value) => value !== undefined,
    ),
  }));
  const ordered = parts.every(
    (part, index) => index === 0 || part.partNumber > (parts[index - 1]?.partNumber ?? 0),
  );
  if (!ordered) throw new S3Error("InvalidPartOrder");
  return parts;
}
