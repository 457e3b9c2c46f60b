import { abortMultipartUpload } from "./abort-multipart-upload.js";
import { deleteBucketCors, getBucketCors, putBucketCors } from "./bucket-cors.js";
import {
  deleteBucketLifecycle,
  getBucketLifecycle,
  putBucketLifecycle,
} from "./bucket-lifecycle.js";
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  headBucket,
  listBuckets,
} from "./buckets.js";
import { completeMultipartUpload } from "./complete-multipart-upload.js";
import { copyObject } from "./copy-object.js";
import { createMultipartUpload } from "./create-multipart-upload.js";
import { deleteObject } from "./delete-object.js";
import { deleteObjects } from "./delete-objects.js";
import { FRESH_SETTINGS } from "./fresh-settings.js";
import { getObject, headObject } from "./get-object.js";
import { listMultipartUploads } from "./list-multipart-uploads.js";
import { listObjects, listObjectsV2 } from "./list-objects.js";
import { listParts } from "./list-parts.js";
import { type Operation } from "./operation.js";
import { putObject } from "./put-object.js";
import { uploadPart, uploadPartCopy } from "./upload-part.js";

/** Everything this server does. What no entry matches is answered 501 NotImplemented. */
export const OPERATIONS: readonly Operation[] = [
  listBuckets,

  createBucket,
  headBucket,
  deleteBucket,
  getBucketLocation,
  putBucketCors,
  getBucketCors,
  deleteBucketCors,
  putBucketLifecycle,
  getBucketLifecycle,
  deleteBucketLifecycle,
  listObjectsV2,
  listObjects,
  listMultipartUploads,
  deleteObjects,

  putObject,
  getObject,
  headObject,
  copyObject,
  deleteObject,

  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
  completeMultipartUpload,
  abortMultipartUpload,
  listParts,

  ...FRESH_SETTINGS,
];
