import { type S3Request } from "../http/s3-request.js";
import { isoTime, quoted, xmlResponse } from "../http/s3-response.js";
import { formEncode } from "../http/uri.js";
import { xmlDocument, type XmlElements } from "../http/xml-writer.js";
import { type KeyPage } from "../storage/list-keys.js";
import { type Objects } from "../storage/objects.js";
import { decodeToken, encodeToken } from "./continuation-token.js";
import { type Operation } from "./operation.js";
import { OWNER } from "./owner.js";
import { countParameter, encodingParameter } from "./list-parameters.js";

const COMMON_PARAMETERS = ["prefix", "delimiter", "max-keys", "encoding-type"];
const MAX_KEYS = 1000;

export const listObjectsV2: Operation = {
  name: "ListObjectsV2",
  method: "GET",
  target: "bucket",
  selectors: ["list-type=2"],
  parameters: [...COMMON_PARAMETERS, "continuation-token", "start-after", "fetch-owner"],
  async run({ store, request }) {
    const { objects } = store.bucket(request.bucket);
    const query = readQuery(request);
    const token = request.query.get("continuation-token");
    const startAfter = request.query.get("start-after");
    const page = objects.list({
      ...query,
      ...(token === undefined
        ? { after: startAfter ?? "", afterGroup: false }
        : decodeToken(token)),
    });
    const owner = request.query.get("fetch-owner") === "true";
    const contents = await describeKeys(objects, page, query.encode, owner);
    return xmlResponse(
      xmlDocument("ListBucketResult", {
        ...commonElements(request, query, page),
        StartAfter: startAfter && query.encode(startAfter),
        ContinuationToken: token,
        NextContinuationToken: page.next && encodeToken(page.next),
        KeyCount: contents.length + page.commonPrefixes.length,
        Contents: contents,
        CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: query.encode(prefix) })),
      }),
    );
  },
};

export const listObjects: Operation = {
  name: "ListObjects",
  method: "GET",
  target: "bucket",
  parameters: [...COMMON_PARAMETERS, "marker"],
  async run({ store, request }) {
    const { objects } = store.bucket(request.bucket);
    const query = readQuery(request);
    const marker = request.query.get("marker") ?? "";
    const page = objects.list({ ...query, after: marker, afterGroup: isGroup(marker, query) });
    return xmlResponse(
      xmlDocument("ListBucketResult", {
        ...commonElements(request, query, page),
        Marker: query.encode(marker),
        NextMarker: query.delimiter === "" ? undefined : page.next && query.encode(page.next.after),
        Contents: await describeKeys(objects, page, query.encode, true),
        CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: query.encode(prefix) })),
      }),
    );
  },
};

interface ListQuery {
  readonly prefix: string;
  readonly delimiter: string;
  readonly limit: number;
  readonly encode: (text: string) => string;
}

function readQuery({ query }: S3Request): ListQuery {
  return {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    limit: countParameter(query, "max-keys", MAX_KEYS),
    encode: encodingParameter(query) === "url" ? formEncode : (text) => text,
  };
}

function commonElements(request: S3Request, query: ListQuery, page: KeyPage): XmlElements {
  return {
    Name: request.bucket,
    Prefix: query.encode(query.prefix),
    Delimiter: query.delimiter === "" ? undefined : query.encode(query.delimiter),
    MaxKeys: query.limit,
    EncodingType: encodingParameter(request.query),
    IsTruncated: page.next !== undefined,
  };
}

/** A marker that is a common prefix itself (the NextMarker of the page before) ends its group. */
function isGroup(marker: string, { prefix, delimiter }: ListQuery): boolean {
  return (
    delimiter !== "" &&
    marker.startsWith(prefix) &&
    marker.indexOf(delimiter, prefix.length) === marker.length - delimiter.length &&
    marker.length >= prefix.length + delimiter.length
  );
}

/** Reads in small groups so that a long page does not hold up other requests. */
async function describeKeys(
  objects: Objects,
  page: KeyPage,
  encode: (text: string) => string,
  withOwner: boolean,
): Promise<XmlElements[]> {
  const contents: XmlElements[] = [];
  for (const [index, key] of page.keys.entries()) {
    if (index % READ_GROUP === READ_GROUP - 1) await new Promise(setImmediate);
    const object = objects.stat(key);
    if (object === undefined) continue;
    contents.push({
      Key: encode(key),
      LastModified: isoTime(object.lastModified),
      ETag: quoted(object.etag),
      ChecksumAlgorithm: object.checksum?.algorithm,
      ChecksumType: object.checksum?.type,
      Size: object.size,
      StorageClass: "STANDARD",
      Owner: withOwner ? OWNER : undefined,
    });
  }
  return contents;
}

const READ_GROUP = 64;
