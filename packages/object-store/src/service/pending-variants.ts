import { createHash } from "node:crypto";

import { VARIANT_FORMATS } from "@repo/media-processing";

import { variantKeyStart } from "../kinds.js";
import type { Owner } from "../owner-types.js";
import type { NewVariantRow } from "../repo/media-repo.js";
import { PendingUpload } from "../upload/pending-upload.js";
import type { RenderedVariants } from "../rendering/renderer.js";
import type { Dependencies } from "./dependencies.js";

/** A variant whose object is in S3, and that becomes one together with its file. */
export interface PendingVariant {
  upload: PendingUpload;
  row: NewVariantRow;
}

/** Brings the variants of a body to S3. What fails gives all of them up. */
export async function storeVariants(
  dependencies: Dependencies,
  file: { id: string; userId: Owner },
  rendered: RenderedVariants | undefined,
  end: AbortController,
): Promise<PendingVariant[]> {
  if (rendered === undefined) return [];
  const { journal, leaseSeconds, ownerType, quotas } = dependencies;
  const { userId } = file;
  const quota = await quotas.of(userId);
  const keyStart = variantKeyStart(file.id, userId, ownerType);
  const store = async (at: number): Promise<PendingVariant> => {
    const recipe = rendered.recipes[at];
    const picture = rendered.pictures[at];
    if (recipe === undefined || picture === undefined)
      throw new TypeError("a recipe gave no picture");
    const { contentType, width, height, pageCount } = picture;
    const keyEnd = `.${VARIANT_FORMATS[recipe.options.format].extension}`;
    const intent = { kind: "variant", userId, keyStart, keyEnd, leaseSeconds } as const;
    const bytes = Buffer.from(picture.bytes);
    const reservation = quota && { bytes: bytes.byteLength, files: 0, quota };
    const upload = new PendingUpload(
      dependencies,
      await journal.open({ ...intent, isOwnerKnown: true, reservation }),
    );
    const sha256 = createHash("sha256").update(bytes).digest();
    await upload.put(() => Promise.resolve({ bytes, contentType, sha256 }), end);
    const { id, unansweredSeconds } = upload;
    const { name, digest } = recipe;
    const facts = { contentType, byteSize: bytes.byteLength, sha256, width, height, pageCount };
    return { upload, row: { id, recipe: name, digest, ...facts, unansweredSeconds } };
  };
  const stored = await Promise.allSettled(rendered.recipes.map((_, at) => store(at)));
  const pending = stored.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  for (const each of stored) {
    if (each.status === "fulfilled") continue;
    await giveUpVariants(pending);
    throw each.reason;
  }
  return pending;
}

export async function giveUpVariants(variants: readonly PendingVariant[]): Promise<void> {
  await Promise.all(variants.map(({ upload }) => upload.giveUp()));
}
