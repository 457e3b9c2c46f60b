/** Versions that are known to do what their scripts expect. */
export const NPM_PACKAGES = [
  "@aws-sdk/client-s3@3.1175.0",
  "@aws-sdk/s3-request-presigner@3.1169.0",
  "@tus/s3-store@2.0.7",
  "@tus/server@2.4.5",
  "aws-sdk@2.1693.0",
  "flydrive@2.1.0",
  "minio@8.0.7",
  "tus-js-client@4.3.1",
];

const EVERYWHERE = ["put small", "put multipart", "get", "range", "head", "delete"];

/** What is run by which program, and the operations that it must at least try. */
export const CLIENTS = [
  {
    name: "boto3",
    // Debian's own, whatever else is in PATH.
    command: "/usr/bin/python3",
    script: "boto3-client.py",
    needs: { file: "/usr/lib/python3/dist-packages/boto3", package: "python3-boto3" },
    operations: [...EVERYWHERE, "make bucket", "list", "copy", "presign", "delete many"],
  },
  {
    name: "awscli",
    command: "bash",
    script: "awscli.sh",
    needs: { file: "/usr/bin/aws", package: "awscli" },
    operations: [...EVERYWHERE, "make bucket", "list", "copy", "move", "sync", "presign"],
  },
  {
    name: "s3cmd",
    command: "bash",
    script: "s3cmd.sh",
    needs: { file: "/usr/bin/s3cmd", package: "s3cmd" },
    operations: ["make bucket", "put multipart", "get", "list", "copy", "move", "sync"],
  },
  {
    name: "rclone",
    command: "bash",
    script: "rclone.sh",
    needs: { file: "/usr/bin/rclone", package: "rclone" },
    operations: [...EVERYWHERE, "make bucket", "list", "copy", "move", "sync", "presign"],
  },
  {
    name: "aws-sdk-2",
    command: process.execPath,
    script: "aws-sdk-2.js",
    needs: "npm",
    operations: [...EVERYWHERE, "make bucket", "list", "copy", "presign", "delete many"],
  },
  {
    name: "minio",
    command: process.execPath,
    script: "minio.js",
    needs: "npm",
    operations: [...EVERYWHERE, "make bucket", "list", "copy", "presign", "delete many"],
  },
  {
    name: "flydrive",
    command: process.execPath,
    script: "flydrive.js",
    needs: "npm",
    operations: ["put small", "get", "head", "list", "copy", "move", "presign", "delete many"],
  },
  {
    name: "tus",
    command: process.execPath,
    script: "tus.js",
    needs: "npm",
    operations: ["tus upload", "tus resume", "get", "delete"],
  },
];

const ACLS = "ACLs other than `private`";
const TAGS = "tags";
const VERSIONS = "versions";

/** What fails, each with the words of the README that say so, and the code of the answer. */
export const MISSING = [
  { client: "boto3", operation: "make public", reason: ACLS, code: "NotImplemented" },
  { client: "boto3", operation: "tag", reason: TAGS, code: "NotImplemented" },
  { client: "boto3", operation: "keep versions", reason: VERSIONS, code: "NotImplemented" },
  { client: "awscli", operation: "make public", reason: ACLS, code: "NotImplemented" },
  { client: "awscli", operation: "tag", reason: TAGS, code: "NotImplemented" },
  { client: "s3cmd", operation: "make public", reason: ACLS, code: "NotImplemented" },
  { client: "s3cmd", operation: "presign", reason: "signature version 2", code: "AccessDenied" },
  { client: "aws-sdk-2", operation: "tag", reason: TAGS, code: "NotImplemented" },
  { client: "minio", operation: "tag", reason: TAGS, code: "NotImplemented" },
  { client: "flydrive", operation: "make public", reason: ACLS, code: "NotImplemented" },
  { client: "tus", operation: "tag", reason: TAGS, code: "that is not implemented" },
];
