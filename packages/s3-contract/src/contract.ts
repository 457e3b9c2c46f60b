import { type CheckGroup } from "./check.js";
import { authentication } from "./checks/authentication.js";
import { buckets } from "./checks/buckets.js";
import { checksums } from "./checks/checksums.js";
import { conditionalWrites } from "./checks/conditional-writes.js";
import { copyObject } from "./checks/copy-object.js";
import { crossOrigin } from "./checks/cross-origin.js";
import { deleteObjects, deleteObjectsByHand } from "./checks/delete-objects.js";
import { freshSettings } from "./checks/fresh-settings.js";
import { getObject, getObjectBySdk } from "./checks/get-object.js";
import { interruptions } from "./checks/interruptions.js";
import { listObjects } from "./checks/list-objects.js";
import { largeUpload, multipartUpload } from "./checks/multipart-upload.js";
import { oddKeys } from "./checks/odd-keys.js";
import { partCopy } from "./checks/part-copy.js";
import { postObject } from "./checks/post-object.js";
import { presignedUrl } from "./checks/presigned-url.js";
import { putObject } from "./checks/put-object.js";
import { restart } from "./checks/restart.js";

/** What the product, and those who work with it, expect of an S3 server. */
export const contract: readonly CheckGroup[] = [
  buckets,
  freshSettings,
  putObject,
  getObject,
  getObjectBySdk,
  conditionalWrites,
  checksums,
  copyObject,
  deleteObjects,
  deleteObjectsByHand,
  multipartUpload,
  largeUpload,
  partCopy,
  listObjects,
  oddKeys,
  presignedUrl,
  postObject,
  authentication,
  interruptions,
  crossOrigin,
  restart,
];
