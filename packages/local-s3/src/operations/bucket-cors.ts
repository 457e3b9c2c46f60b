import { corsDocument, parseCorsDocument } from "../cors/cors-document.js";
import { S3Error } from "../errors.js";
import { emptyResponse, xmlResponse } from "../http/s3-response.js";
import { readText } from "../http/xml-reader.js";
import { requireIntegrityHeader } from "./integrity-header.js";
import { type Operation } from "./operation.js";

const MAX_BODY_BYTES = 64 * 1024;

export const putBucketCors: Operation = {
  name: "PutBucketCors",
  method: "PUT",
  target: "bucket",
  selectors: ["cors"],
  readsBody: true,
  bodyChecksum: true,
  async run({ store, request, payload }) {
    const bucket = store.bucket(request.bucket);
    requireIntegrityHeader(payload);
    const cors = parseCorsDocument(await readText(payload, MAX_BODY_BYTES));
    await bucket.changeSettings({ cors });
    return emptyResponse(200);
  },
};

export const getBucketCors: Operation = {
  name: "GetBucketCors",
  method: "GET",
  target: "bucket",
  selectors: ["cors"],
  run({ store, request }) {
    const { cors } = store.bucket(request.bucket).settings;
    if (cors === undefined) throw new S3Error("NoSuchCORSConfiguration");
    return Promise.resolve(xmlResponse(corsDocument(cors)));
  },
};

export const deleteBucketCors: Operation = {
  name: "DeleteBucketCors",
  method: "DELETE",
  target: "bucket",
  selectors: ["cors"],
  async run({ store, request }) {
    await store.bucket(request.bucket).changeSettings({ cors: undefined });
    return emptyResponse(204);
  },
};
