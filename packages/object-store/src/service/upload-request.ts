import { type Checked, checkIdempotencyKey, checkOptions } from "../checks.js";
import type { MediaCreate } from "../dto/media-create.js";
import { InvalidInputError, ObjectStoreError } from "../errors.js";
import type { Input, UploadOptions } from "../provider.js";
import { discardBody, guardBody } from "../upload/unread-body.js";
import { checkVerification, type Verification } from "../upload/verification.js";
import type { Dependencies } from "./dependencies.js";
import { type CheckedUrlOptions, checkUrlOptions } from "./urls.js";
import { validated } from "./validated.js";

/** What a caller asks of an upload, with every choice made. */
export interface UploadRequest<Create> {
  create: Create;
  options: Checked<UploadOptions>;
  urlOptions: CheckedUrlOptions;
  verify: Verification;
}

const HINT = "Write upload({ body }); a file goes as fromPath(path).";

/**
 * Checks what a caller asks of an upload; the body of one that is refused is ended.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export async function uploadRequest<Create extends MediaCreate>(
  defaults: Dependencies,
  createDto: new () => Create,
  input: Input<Create>,
  given: UploadOptions | undefined,
): Promise<UploadRequest<Create>> {
  let create: Create | undefined;
  try {
    create = validated(createDto, input, HINT);
    guardBody(create.body);
    const options = checkOptions(given);
    if (options.idempotencyKey !== undefined) checkIdempotencyKey(options.idempotencyKey);
    const verify = checkVerification(options.verify ?? defaults.verify);
    const urlOptions = checkUrlOptions(
      { expiresIn: options.urlExpiresIn },
      defaults,
      "urlExpiresIn",
    );
    return { create, options, urlOptions, verify };
  } catch (error) {
    await (create === undefined ? discardInput(input) : discardBody(create.body));
    if (error instanceof ObjectStoreError) throw error;
    throw new InvalidInputError("The input cannot be read.", { cause: error });
  }
}

/** Ends what may be a body: the property, or what was passed in the place of its object. */
export async function discardInput(input: unknown): Promise<void> {
  await Promise.all([input, bodyOf(input)].map(discardBody));
}

function bodyOf(input: unknown): unknown {
  try {
    return (input as { body?: unknown } | null | undefined)?.body;
  } catch {
    // Its getter throws.
    return undefined;
  }
}
