import { S3Error } from "../errors.js";
import { asS3Error } from "../http/error-response.js";
import { requireKeyLength } from "../http/s3-request.js";
import { xmlResponse } from "../http/s3-response.js";
import { parseXml, readText, type XmlChildren, type XmlElement } from "../http/xml-reader.js";
import { xmlDocument, type XmlElements } from "../http/xml-writer.js";
import { type Objects } from "../storage/objects.js";
import { type Operation } from "./operation.js";
import { requireIntegrityHeader } from "./integrity-header.js";

const MAX_KEYS = 1000;
/** 1,000 keys of 1,024 bytes, each byte escaped as `&quot;`, and the tags around them. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** There are no versions; and conditions other than the ETag are for directory buckets, as S3 has it. */
const UNSUPPORTED = ["VersionId", "LastModifiedTime", "Size"];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ObjectIdentifier.html */
const OBJECT_CHILDREN: XmlChildren = {
  Key: "1",
  ETag: "?",
  LastModifiedTime: "?",
  Size: "?",
  VersionId: "?",
};

export const deleteObjects: Operation = {
  name: "DeleteObjects",
  method: "POST",
  target: "bucket",
  selectors: ["delete"],
  readsBody: true,
  bodyChecksum: true,
  async run({ store, request, payload, failingKeys }) {
    const { objects } = store.bucket(request.bucket);
    requireIntegrityHeader(payload);
    const document = parseXml(await readText(payload, MAX_BODY_BYTES), "Delete");
    document.requireChildren({ Object: "+", Quiet: "?" });
    const named = document.all("Object");
    if (named.length > MAX_KEYS) throw new S3Error("MalformedXML");
    for (const element of named) element.requireChildren(OBJECT_CHILDREN);
    const quiet = readFlag(document.child("Quiet"));
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

/** @throws {S3Error} MalformedXML unless it is a boolean of XML Schema, or absent */
function readFlag(text = "false"): boolean {
  if (!/^(?:true|false|1|0)$/.test(text)) throw new S3Error("MalformedXML");
  return text === "true" || text === "1";
}

/** The `Deleted` or, told by its `Code`, `Error` element of one key. */
function deleteOne(
  objects: Objects,
  element: XmlElement,
  failingKeys: ReadonlySet<string>,
): XmlElements {
  const key = element.required("Key");
  try {
    const unsupported = UNSUPPORTED.find((name) => element.child(name) !== undefined);
    if (unsupported !== undefined) {
      throw new S3Error("NotImplemented", `This server does not implement ${unsupported}.`);
    }
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
