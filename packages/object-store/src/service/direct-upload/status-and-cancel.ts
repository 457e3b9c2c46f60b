import { DirectUploadNotFoundError } from "../../errors.js";
import type { MediaKind } from "@repo/media-inspection";
import type { Owner } from "../../kinds.js";
import type { DirectUploadStatus } from "../../dto/direct-upload.js";
import { checkDirectUploadId, toStatus } from "./direct-upload-state.js";
import { discardStaged } from "./discard-staged.js";
import type { DirectUploadTools } from "./tools.js";

/** Where a direct upload stands. */
export async function directUploadStatus(
  { directUploads }: DirectUploadTools,
  kind: MediaKind,
  userId: Owner,
  id: string,
): Promise<DirectUploadStatus> {
  const seen = await directUploads.find({ id: checkDirectUploadId(id), kind, userId });
  if (seen === null) throw new DirectUploadNotFoundError(id);
  return toStatus(seen);
}

/** Ends a direct upload that is not completed; a completion that is under way fails. */
export async function cancelDirectUpload(
  tools: DirectUploadTools,
  kind: MediaKind,
  userId: Owner,
  id: string,
): Promise<void> {
  const place = { id: checkDirectUploadId(id), kind, userId };
  const seen = await tools.directUploads.find(place);
  if (seen === null) throw new DirectUploadNotFoundError(id);
  if (await tools.directUploads.cancel(place)) await discardStaged(tools, seen.row);
}
