import { CHECKSUM_ALGORITHMS } from "../checksums/checksum.js";
import { S3Error } from "../errors.js";
import { readWriteCondition } from "../http/conditions.js";
import { uriEncodePath } from "../http/uri.js";
import { quoted, xmlResponse } from "../http/s3-response.js";
import { parseXml, readText, type XmlElement } from "../http/xml-reader.js";
import { xmlDocument } from "../http/xml-writer.js";
import { type CompletedPart } from "../storage/assembled-parts.js";
import { MAX_PART_NUMBER } from "../storage/part.js";
import { checksumElements } from "./checksum-headers.js";
import { type Operation } from "./operation.js";
import { requirePartNumber, uploadId } from "./upload-parameters.js";

/** 10,000 parts with an ETag and the longest checksum each. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

export const completeMultipartUpload: Operation = {
  name: "CompleteMultipartUpload",
  method: "POST",
  target: "object",
  selectors: ["uploadId"],
  readsBody: true,
  checksumIsOfBody: false,
  async run({ store, request, payload }) {
    const { headers, bucket, key } = request;
    const { uploads } = store.bucket(bucket);
    const { checksum } = await uploads.get(uploadId(request), key);
    const document = parseXml(await readText(payload, MAX_BODY_BYTES), "CompleteMultipartUpload");
    const object = await uploads.complete(
      uploadId(request),
      key,
      readParts(document),
      checksum && headers.get(`x-amz-checksum-${checksum.algorithm.toLowerCase()}`),
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

/** @throws {S3Error} MalformedXML, InvalidArgument or InvalidPartOrder */
function readParts(document: XmlElement): CompletedPart[] {
  const elements = document.all("Part");
  if (elements.length === 0 || elements.length > MAX_PART_NUMBER) throw new S3Error("MalformedXML");
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
