import type { CompleteOptions, DirectUpload } from "@repo/object-store";

import type { Media } from "../job.js";
import { putDirectly, SendError } from "./put-directly.js";
import { storedOf } from "./stored-of.js";
import type { Props } from "./use-case.js";

/** How often a client sends what S3 did not take. */
const ATTEMPTS = 2;

const CONTENT_TYPES = { image: "image/png", audio: "audio/wav" } as const;

/** Asks for the requests of a direct upload; gives undefined when it fails. */
export function announce(
  { journal, collection, kind }: Props,
  { byteSize, sha256 }: Media,
  options: { multipart?: boolean } = {},
): Promise<DirectUpload | undefined> {
  const announced = { byteSize, sha256, contentType: CONTENT_TYPES[kind] };
  return journal.call(
    { do: "announce" },
    () => collection.createDirectUpload(announced, options),
    ({ id }) => ({ id }),
  );
}

/** Does what the client does; tells whether S3 has all of it. */
export async function send(
  { journal, patience, isLate }: Props,
  { id: directUpload, put, parts }: DirectUpload,
  { path, sha256, byteSize }: Media,
): Promise<boolean> {
  const whole = put === null ? [] : [{ ...put, offset: 0, byteSize }];
  const sent = await journal.call({ do: "send", directUpload, sha256 }, async () => {
    // S3 itself has a clock that nobody puts forward.
    if (isLate()) throw new SendError("the requests have expired");
    for (const { offset, byteSize: size, ...request } of parts ?? whole) {
      const piece = { path, offset, byteSize: size };
      await again(ATTEMPTS, () => putDirectly(request, piece, patience));
    }
    return true;
  });
  return sent === true;
}

export async function complete(
  { journal, collection, privacy }: Props,
  { id: directUpload }: DirectUpload,
  media: Media,
  options: Pick<CompleteOptions, "transaction" | "signal" | "variants"> = {},
): Promise<void> {
  const { variants } = options;
  const { sha256 } = storedOf(media, privacy);
  await journal.call(
    { do: "complete", directUpload, sha256, ...(variants && { variants }) },
    async () => (await collection.completeDirectUpload(directUpload, options)).file,
    (file) => ({ id: file.id, sha256: file.sha256 }),
  );
}

export async function cancel(
  { journal, collection }: Props,
  { id: directUpload }: DirectUpload,
): Promise<void> {
  await journal.call({ do: "cancel", directUpload }, () =>
    collection.cancelDirectUpload(directUpload),
  );
}

async function again(attempts: number, work: () => Promise<void>): Promise<void> {
  for (let left = attempts - 1; ; left -= 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}
