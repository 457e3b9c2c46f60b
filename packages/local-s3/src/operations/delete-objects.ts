import { S3Error } from "../errors.js";
import { asS3Error } from "../http/error-response.js";
import { requireKeyLength } from "../http/s3-request.js";
import { xmlResponse } from "../http/s3-response.js";
import { parseXml, readText, type XmlElement } from "../http/xml-reader.js";
import { xmlDocument, type XmlElements } from "../http/xml-writer.js";
import { type Objects } from "../storage/objects.js";
import { type Operation } from "./operation.js";
import { requireIntegrityHeader } from "./integrity-header.js";

const MAX_KEYS = 1000;
/** 1,000 keys of 1,024 bytes, each byte escaped as `&quot;`, and the tags around them. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

export const deleteObjects: Operation = {
  name: "DeleteObjects",
  method: "POST",
  target: "bucket",
  selectors: ["delete"],
  readsBody: true,
  async run({ store, request, payload, failingKeys }) {
    const { objects } = store.bucket(request.bucket);
    requireIntegrityHeader(payload);
    const document = parseXml(await readText(payload, MAX_BODY_BYTES), "Delete");
    const named = document.all("Object");
    if (named.length === 0 || named.length > MAX_KEYS) throw new S3Error("MalformedXML");
    const quiet = document.child("Quiet") === "true";
    const results = named.map((element) => deleteOne(objects, element, failingKeys));
    await objects.flush();
    return xmlResponse(
      xmlDocument("DeleteResult", {
        Deleted: quiet ? [] : results.filter((result) => !("Code" in result)),
        Error: results.filter((result) => "Code" in result),
      }),
    );
  },
};

/** The `Deleted` or, told by its `Code`, `Error` element of one key. */
function deleteOne(
  objects: Objects,
  element: XmlElement,
  failingKeys: ReadonlySet<string>,
): XmlElements {
  const key = element.required("Key");
  try {
    if (element.child("VersionId") !== undefined) throw new S3Error("NotImplemented");
    if (key === "") throw new S3Error("InvalidArgument");
    requireKeyLength(key);
    if (failingKeys.has(key)) throw new S3Error("InternalError");
    const etag = element.child("ETag")?.replaceAll('"', "");
    objects.remove(key, { ifMatch: etag === undefined ? undefined : [etag] });
    return { Key: key };
  } catch (error) {
    const { code, message } = asS3Error(error);
    return { Key: key, Code: code, Message: message };
  }
}
