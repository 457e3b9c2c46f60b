import type { MediaKind } from "@repo/media-inspection";
import { v7 as uuidv7 } from "uuid";

import { checkBoolean, checkInteger } from "../../checks.js";
import { DirectUpload, DirectUploadCreate } from "../../dto/direct-upload.js";
import { FileTooLargeError } from "../../errors.js";
import type { Owner } from "../../kinds.js";
import { errorFacts } from "../../logger.js";
import type { DirectUploadOptions, Input } from "../../provider.js";
import { storageFailure } from "../../upload/storage-client.js";
import { stagingKey } from "../../upload/storage-key.js";
import { announcedType } from "../declared-type.js";
import { sanitizedFilename } from "../filename.js";
import { validated } from "../validated.js";
import { signParts, signWhole } from "./sign-requests.js";
import type { DirectUploadTools } from "./tools.js";

const DEFAULT_SECONDS = 3_600;
const MAX_SECONDS = 86_400;

/** Seconds that are left to complete an upload once its requests have expired. */
const COMPLETION_SECONDS = 3_600;

/** Larger files go in parts unless the caller decides. */
const WHOLE_BYTES = 16 * 1024 * 1024;
const PART_BYTES = 8 * 1024 * 1024;

const HINT = "Write createDirectUpload({ byteSize: file.size, contentType: file.type }).";

/** Reserves a staging key, by a row that is there before anything can be sent, and signs requests to it. */
export async function createDirectUpload(
  tools: DirectUploadTools,
  kind: MediaKind,
  userId: Owner,
  input: Input<DirectUploadCreate>,
  options: DirectUploadOptions,
): Promise<DirectUpload> {
  const { directUploads, logger, maxBytes } = tools;
  const create = validated(DirectUploadCreate, input, HINT);
  const { byteSize } = create;
  if (byteSize > maxBytes) throw new FileTooLargeError(maxBytes);
  const contentType = announcedType(create.contentType, kind);
  const expiresIn = options.expiresIn ?? DEFAULT_SECONDS;
  checkInteger("expiresIn", expiresIn, 1, MAX_SECONDS);
  const isInParts = checkBoolean("multipart", options.multipart ?? byteSize > WHOLE_BYTES);

  const id = uuidv7();
  const row = await directUploads.create(
    {
      id,
      kind,
      userId,
      s3Key: stagingKey({ id, userId }),
      originalFilename: sanitizedFilename(create.filename),
      contentType,
      byteSize,
      md5: digest(create.md5, 16),
      sha256: digest(create.sha256, 32),
      partByteSize: isInParts ? PART_BYTES : null,
    },
    expiresIn + COMPLETION_SECONDS,
  );
  try {
    const requests = await (isInParts ? signParts : signWhole)(tools, row, expiresIn);
    const { leaseExpiresAt: completeBefore } = row;
    return Object.assign(new DirectUpload(), { id, completeBefore, ...requests });
  } catch (error) {
    await directUploads.cancel({ id, kind, userId }).catch((failure: unknown) => {
      logger.warn("a direct upload is left to the sweeper", { id, ...errorFacts(failure) });
    });
    throw storageFailure("prepare the direct upload", error);
  }
}

function digest(text: string | undefined, byteLength: number): Buffer | null {
  if (text === undefined) return null;
  return Buffer.from(text, text.length === 2 * byteLength ? "hex" : "base64");
}
