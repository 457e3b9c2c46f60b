import type { Verification } from "../inspection/verification.js";
import type { Input, UploadOptions } from "../provider.js";
import { discardBody } from "../upload/discard-body.js";
import { checkIdempotencyKey, checkVerification } from "./check.js";
import type { Dependencies } from "./dependencies.js";
import type { MediaCreate } from "./dto/media-create.js";
import { type CheckedUrlOptions, checkUrlOptions } from "./url-options.js";
import { validated } from "./validated.js";

/** What a caller asks of an upload, with every choice made. */
export interface UploadRequest<Create> {
  create: Create;
  options: UploadOptions;
  urlOptions: CheckedUrlOptions;
  verify: Verification;
}

/**
 * Checks what a caller asks of an upload; the body of one that is refused is ended.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export async function uploadRequest<Create extends MediaCreate>(
  defaults: Dependencies,
  createDto: new () => Create,
  input: Input<Create>,
  options: UploadOptions,
): Promise<UploadRequest<Create>> {
  try {
    const create = validated(createDto, input);
    if (options.idempotencyKey !== undefined) checkIdempotencyKey(options.idempotencyKey);
    const verify = checkVerification(options.verify ?? defaults.verify);
    const urlOptions = checkUrlOptions({ expiresIn: options.urlExpiresIn }, defaults);
    return { create, options, urlOptions, verify };
  } catch (error) {
    // Callers without type checking may pass anything.
    const given = input as Partial<Input<MediaCreate>> | null | undefined;
    await discardBody(given?.body);
    throw error;
  }
}
