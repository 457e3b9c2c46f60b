import { S3Error } from "../errors.js";
import { emptyResponse, xmlResponse } from "../http/s3-response.js";
import { parseXml, readText } from "../http/xml-reader.js";
import { requireIntegrityHeader } from "./integrity-header.js";
import { type Operation } from "./operation.js";

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_RULES = 1000;
const ACTIONS = [
  "AbortIncompleteMultipartUpload",
  "Expiration",
  "NoncurrentVersionExpiration",
  "NoncurrentVersionTransition",
  "Transition",
];

/** The configuration is checked and kept, but nothing expires. */
export const putBucketLifecycle: Operation = {
  name: "PutBucketLifecycleConfiguration",
  method: "PUT",
  target: "bucket",
  selectors: ["lifecycle"],
  readsBody: true,
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

/** @throws {S3Error} MalformedXML, InvalidRequest or InvalidArgument */
function requireLifecycle(text: string): void {
  const rules = parseXml(text, "LifecycleConfiguration").all("Rule");
  if (rules.length === 0 || rules.length > MAX_RULES) throw new S3Error("MalformedXML");
  const ids = new Set<string>();
  for (const rule of rules) {
    if (!["Enabled", "Disabled"].includes(rule.required("Status"))) {
      throw new S3Error("MalformedXML");
    }
    if (!ACTIONS.some((action) => rule.all(action).length > 0)) {
      throw new S3Error("InvalidRequest", "At least one action needs to be specified in a rule");
    }
    const id = rule.child("ID");
    if (id !== undefined && ids.has(id)) {
      throw new S3Error(
        "InvalidArgument",
        "Rule ID must be unique. Found same ID for more than one rule",
        {
          ArgumentName: "ID",
          ArgumentValue: id,
        },
      );
    }
    if (id !== undefined) ids.add(id);
  }
}
