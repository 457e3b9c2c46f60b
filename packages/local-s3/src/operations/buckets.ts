import { S3Error } from "../errors.js";
import { emptyResponse, isoTime, xmlResponse } from "../http/s3-response.js";
import { parseXml, readText } from "../http/xml-reader.js";
import { xmlDocument } from "../http/xml-writer.js";
import { type Operation } from "./operation.js";
import { OWNER } from "./owner.js";

const MAX_BODY_BYTES = 16 * 1024;
/** The region that has no location constraint. */
const CLASSIC_REGION = "us-east-1";

export const listBuckets: Operation = {
  name: "ListBuckets",
  method: "GET",
  target: "service",
  run({ store }) {
    const buckets = store.list().map(({ name, settings }) => ({
      Name: name,
      CreationDate: isoTime(settings.createdAt),
    }));
    return Promise.resolve(
      xmlResponse(
        xmlDocument("ListAllMyBucketsResult", { Owner: OWNER, Buckets: { Bucket: buckets } }),
      ),
    );
  },
};

export const createBucket: Operation = {
  name: "CreateBucket",
  method: "PUT",
  target: "bucket",
  headers: ["x-amz-acl=private"],
  readsBody: true,
  async run({ store, request, payload, region }) {
    const text = await readText(payload, MAX_BODY_BYTES);
    if (text !== "") requireRegion(text, region);
    await store.createBucket(request.bucket);
    return emptyResponse(200, { location: `/${request.bucket}` });
  },
};

export const headBucket: Operation = {
  name: "HeadBucket",
  method: "HEAD",
  target: "bucket",
  run({ store, request, region }) {
    store.bucket(request.bucket);
    return Promise.resolve(emptyResponse(200, { "x-amz-bucket-region": region }));
  },
};

export const deleteBucket: Operation = {
  name: "DeleteBucket",
  method: "DELETE",
  target: "bucket",
  async run({ store, request }) {
    await store.deleteBucket(request.bucket);
    return emptyResponse(204);
  },
};

export const getBucketLocation: Operation = {
  name: "GetBucketLocation",
  method: "GET",
  target: "bucket",
  selectors: ["location"],
  run({ store, request, region }) {
    store.bucket(request.bucket);
    const constraint = region === CLASSIC_REGION ? "" : region;
    return Promise.resolve(xmlResponse(xmlDocument("LocationConstraint", constraint)));
  },
};

function requireRegion(document: string, region: string): void {
  const configuration = parseXml(document, "CreateBucketConfiguration");
  configuration.requireChildren({
    Bucket: "?",
    Location: "?",
    LocationConstraint: "?",
    Tags: "?",
  });
  const constraint = configuration.child("LocationConstraint") ?? CLASSIC_REGION;
  if (constraint !== region) {
    throw new S3Error("IllegalLocationConstraintException", undefined, {
      LocationConstraint: constraint,
    });
  }
  const extras = ["Bucket", "Location", "Tags"].some((name) => configuration.all(name).length > 0);
  if (extras) throw new S3Error("NotImplemented");
}
