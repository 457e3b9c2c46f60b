import { S3Error, type S3ErrorCode } from "../errors.js";
import { xmlResponse } from "../http/s3-response.js";
import { xmlDocument } from "../http/xml-writer.js";
import { type Operation, type OperationName } from "./operation.js";
import { OWNER } from "./owner.js";

/** The owner has all rights and nobody else has any. */
const PRIVATE_ACL = xmlDocument("AccessControlPolicy", {
  Owner: OWNER,
  AccessControlList: { Grant: { Grantee: OWNER, Permission: "FULL_CONTROL" } },
}).replace(
  "<Grantee>",
  '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">',
);
const ENCRYPTION = xmlDocument("ServerSideEncryptionConfiguration", {
  Rule: {
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" },
    BucketKeyEnabled: false,
  },
});

/** Reads of settings that nothing here can change: the answers are those of a new bucket or object. */
export const FRESH_SETTINGS: readonly Operation[] = [
  present("GetBucketAcl", "bucket", "acl", PRIVATE_ACL),
  present("GetBucketEncryption", "bucket", "encryption", ENCRYPTION),
  absent("GetBucketPolicy", "policy", "NoSuchBucketPolicy"),
  present(
    "GetBucketRequestPayment",
    "bucket",
    "requestPayment",
    xmlDocument("RequestPaymentConfiguration", { Payer: "BucketOwner" }),
  ),
  absent("GetBucketTagging", "tagging", "NoSuchTagSet"),
  present(
    "GetBucketVersioning",
    "bucket",
    "versioning",
    xmlDocument("VersioningConfiguration", {}),
  ),
  absent("GetObjectLockConfiguration", "object-lock", "ObjectLockConfigurationNotFoundError"),
  present("GetObjectAcl", "object", "acl", PRIVATE_ACL),
  present("GetObjectTagging", "object", "tagging", xmlDocument("Tagging", { TagSet: {} })),
];

function present(
  name: OperationName,
  target: "bucket" | "object",
  selector: string,
  document: string,
): Operation {
  return {
    name,
    method: "GET",
    target,
    selectors: [selector],
    run({ store, request: { bucket, key } }) {
      const { objects } = store.bucket(bucket);
      if (target === "object" && objects.stat(key) === undefined) {
        return Promise.reject(new S3Error("NoSuchKey", undefined, { Key: key }));
      }
      return Promise.resolve(xmlResponse(document));
    },
  };
}

function absent(name: OperationName, selector: string, code: S3ErrorCode): Operation {
  return {
    name,
    method: "GET",
    target: "bucket",
    selectors: [selector],
    run({ store, request: { bucket } }) {
      store.bucket(bucket);
      return Promise.reject(new S3Error(code, undefined, { BucketName: bucket }));
    },
  };
}
