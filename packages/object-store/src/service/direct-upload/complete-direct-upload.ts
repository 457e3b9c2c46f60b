import { setTimeout as sleep } from "node:timers/promises";

import { type Checked, checkVerification } from "../../checks.js";
import type { MediaCreate } from "../../dto/media-create.js";
import type { AudioRead, ImageRead } from "../../dto/media-read.js";
import { FileUploadResult, type TypeContradiction } from "../../dto/upload-result.js";
import { DirectUploadNotFoundError, FileNotFoundError } from "../../errors.js";
import type { Owner } from "../../kinds.js";
import type { DirectUploadModel } from "../../models/direct-upload.model.js";
import type { MediaFileModel } from "../../models/media-file.model.js";
import type { CompleteOptions } from "../../provider.js";
import { abortable, withUploadTime } from "../../upload/abort.js";
import { contradictionsTo } from "../declared-type.js";
import type { MediaKindOf } from "../media-kind.js";
import { requireUploadable } from "../upload-file.js";
import { checkUrlOptions, signRow } from "../urls.js";
import { becomeFile } from "./become-file.js";
import { checkDirectUploadId, outcomeOf } from "./direct-upload-state.js";
import type { DirectUploadTools } from "./tools.js";

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Makes a file of a direct upload. Of any number of calls at once one does the work; the others wait
 * for it, and take over should it die.
 */
export async function completeDirectUpload<
  Row extends MediaFileModel,
  Create extends MediaCreate,
  Read extends ImageRead | AudioRead,
>(
  tools: DirectUploadTools,
  kind: MediaKindOf<Row, Create, Read>,
  owner: Owner,
  id: string,
  options: Checked<CompleteOptions>,
): Promise<FileUploadResult<Read>> {
  const { directUploads, leaseSeconds } = tools;
  const { repo } = kind;
  const { transaction, signal } = options;
  const urlOptions = checkUrlOptions({ expiresIn: options.urlExpiresIn }, tools, "urlExpiresIn");
  const verify = checkVerification(options.verify ?? tools.verify);
  const place = { id: checkDirectUploadId(id), kind: kind.kind, userId: owner };
  await requireUploadable(tools, owner, { transaction });

  return withUploadTime(tools.uploadTimeoutSeconds, [signal, tools.calls.signal], async (end) => {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const own = transaction && (await directUploads.find(place, { transaction }));
      // What the caller's transaction has completed, it has locked: nobody else can claim it.
      const isCompleted = typeof own?.row.fileId === "string";
      const claimed = isCompleted ? null : await directUploads.claim(place, leaseSeconds);
      if (claimed !== null) {
        const completion = { end, transaction, urlOptions, verify };
        const { row, signed } = await becomeFile(tools, kind, claimed, completion);
        return new FileUploadResult(kind.read(row), signed, contradictionsOf(row, claimed));
      }
      const current = isCompleted ? own : await directUploads.find(place, { transaction });
      if (current === null) throw new DirectUploadNotFoundError(id);
      const fileId = outcomeOf(current);
      if (fileId !== undefined) {
        const row = await repo.visibleById(fileId, owner, { transaction, decides: true });
        if (row === null) throw new FileNotFoundError(fileId);
        const signed = await signRow(tools, row, urlOptions);
        return new FileUploadResult(kind.read(row), signed, contradictionsOf(row, current.row));
      }
      await abortable(sleep(pause), end.signal);
    }
  });
}

function contradictionsOf(row: MediaFileModel, direct: DirectUploadModel): TypeContradiction[] {
  const claims = { filename: row.originalFilename, contentType: direct.contentType };
  return contradictionsTo(row.contentType, claims);
}
