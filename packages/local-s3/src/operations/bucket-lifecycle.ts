import { S3Error } from "../errors.js";
import { emptyResponse, xmlResponse } from "../http/s3-response.js";
import { readText } from "../http/xml-reader.js";
import { requireLifecycle } from "../lifecycle/lifecycle-document.js";
import { requireIntegrityHeader } from "./integrity-header.js";
import { type Operation } from "./operation.js";

const MAX_BODY_BYTES = 1024 * 1024;

/** The configuration is checked and kept, but nothing expires. */
export const putBucketLifecycle: Operation = {
  name: "PutBucketLifecycleConfiguration",
  method: "PUT",
  target: "bucket",
  selectors: ["lifecycle"],
  readsBody: true,
  bodyChecksum: true,
  async run({ store, request, payload }) {
    const bucket = store.bucket(request.bucket);
    requireIntegrityHeader(payload);
    const lifecycle = await readText(payload, MAX_BODY_BYTES);
    requireLifecycle(lifecycle);
    await bucket.changeSettings({ lifecycle });
    return emptyResponse(200);
  },
};

export const getBucketLifecycle: Operation = {
  name: "GetBucketLifecycleConfiguration",
  method: "GET",
  target: "bucket",
  selectors: ["lifecycle"],
  run({ store, request }) {
    const { lifecycle } = store.bucket(request.bucket).settings;
    if (lifecycle === undefined) throw new S3Error("NoSuchLifecycleConfiguration");
    return Promise.resolve(xmlResponse(lifecycle));
  },
};

export const deleteBucketLifecycle: Operation = {
  name: "DeleteBucketLifecycle",
  method: "DELETE",
  target: "bucket",
  selectors: ["lifecycle"],
  async run({ store, request }) {
    await store.bucket(request.bucket).changeSettings({ lifecycle: undefined });
    return emptyResponse(204);
  },
};
