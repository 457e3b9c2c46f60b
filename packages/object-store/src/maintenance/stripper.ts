import { createHash } from "node:crypto";

import type { MediaKind, Privacy } from "@repo/media-inspection";

import {
  FileNotFoundError,
  InvalidInputError,
  ObjectStoreError,
  StorageError,
  UploadExpiredError,
} from "../errors.js";
import { storageKey } from "../kinds.js";
import { errorFacts } from "../logger.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import { MAX_FILE_BYTES } from "../options.js";
import type { PrivacyChoice } from "../privacy.js";
import { removeObject } from "../remove-objects.js";
import { attributesOf } from "../service/kind-rules.js";
import { UPLOAD_SECONDS, withUploadTime } from "../upload/abort.js";
import { InspectedBody } from "../upload/inspected-body.js";
import type { Inspector } from "../upload/inspection.js";
import { openObject } from "../upload/object-source.js";
import { PendingUpload } from "../upload/pending-upload.js";
import type { StrippedSource } from "../upload/stripped-source.js";
import { DEFAULT_STRICTNESS } from "../upload/verification.js";
import type { StripOptions, StripReport } from "./contract.js";
import type { MaintenanceDependencies } from "./dependencies.js";
import { FileWalk } from "./file-walk.js";

/** From what files of less privacy were not freed. */
const LESS: Readonly<Record<Privacy, readonly PrivacyChoice[]>> = {
  location: ["keep"],
  all: ["keep", "location"],
};

const DEFAULT_PARALLEL = 4;

type Outcome = "stripped" | "unchanged";

/** One run that removes from stored files what uploads can be freed of before. */
export class Stripper {
  readonly #privacy: Privacy;
  readonly #walk: FileWalk;
  readonly #report: StripReport;

  /** @throws InvalidInputError (`invalid_input`), InvalidCursorError (`invalid_cursor`) */
  constructor(
    private readonly dependencies: MaintenanceDependencies,
    private readonly inspector: Inspector,
    private readonly options: StripOptions,
  ) {
    const { privacy, cursor = null, maxFiles, parallel = DEFAULT_PARALLEL, signal } = options;
    if (!Object.hasOwn(LESS, privacy)) {
      throw new InvalidInputError('privacy must be "location" or "all".');
    }
    this.#privacy = privacy;
    this.#walk = new FileWalk({ cursor, maxFiles, parallel, signal });
    this.#report = { files: 0, stripped: 0, unchanged: 0, failed: 0, cursor };
  }

  async strip(): Promise<StripReport> {
    const report = this.#report;
    await this.#walk.run({
      page: (kind, from) => this.dependencies.files[kind].unstripped(LESS[this.#privacy], from),
      visit: (kind, file) => this.#visit(kind, file),
    });
    report.cursor = this.#walk.cursor;
    this.options.onProgress?.({ ...report });
    return report;
  }

  async #visit(kind: MediaKind, file: MediaFileModel): Promise<void> {
    const { onFinding, onProgress } = this.options;
    const report = this.#report;
    const outcome = await this.#outcomeOf(kind, file);
    report.files += 1;
    report[typeof outcome === "string" ? outcome : "failed"] += 1;
    report.cursor = this.#walk.cursor;
    if (typeof outcome !== "string") {
      const { code, message } = outcome;
      await onFinding?.({ kind, fileId: file.id, code, message });
    }
    onProgress?.({ ...report });
  }

  async #outcomeOf(kind: MediaKind, file: MediaFileModel): Promise<Outcome | ObjectStoreError> {
    try {
      return await withUploadTime(UPLOAD_SECONDS, [this.options.signal], (end) =>
        this.#stripFile(kind, file, end),
      );
    } catch (error) {
      if (!isOfFile(error)) throw error;
      const current = await this.dependencies.files[kind].byId(file.id);
      if (current === null) return new FileNotFoundError(file.id);
      // Another run was faster.
      if (!LESS[this.#privacy].includes(current.privacy)) return "unchanged";
      return current.s3Key === file.s3Key ? error : this.#outcomeOf(kind, current);
    }
  }

  async #stripFile(kind: MediaKind, file: MediaFileModel, end: AbortController): Promise<Outcome> {
    const { s3, files } = this.dependencies;
    const { signal } = end;
    const hash = createHash("sha256");
    const onBytes = (chunk: Uint8Array): void => {
      hash.update(chunk);
    };
    const source = await openObject(s3, file.s3Key, { signal, onBytes });
    if (source?.byteLength !== file.byteSize) {
      const found = source === undefined ? "no object" : `${source.byteLength} bytes`;
      throw new StorageError(`The file in S3 has ${found}; ${file.byteSize} bytes were stored.`);
    }
    const rules = {
      ...{ maxBytes: MAX_FILE_BYTES, sourceTimeoutSeconds: Infinity, signal },
      onFormat: () => undefined,
    };
    const left = await this.inspector.strip(source, this.#privacy, rules);
    try {
      if (!hash.digest().equals(file.sha256)) {
        throw new StorageError("The file in S3 holds other bytes than were stored.");
      }
      if (left.isChanged) {
        await this.#replace(kind, file, left, end);
        return "stripped";
      }
      const isMarked = await files[kind].markStripped(file.id, file.s3Key, this.#privacy);
      if (!isMarked) throw new FileNotFoundError(file.id);
      return "unchanged";
    } finally {
      left.close();
      await source.close();
    }
  }

  /** Stores what is left of a file, and removes the object that it had. */
  async #replace(
    kind: MediaKind,
    file: MediaFileModel,
    left: StrippedSource,
    end: AbortController,
  ): Promise<void> {
    const { journal, leaseSeconds, ownerType } = this.dependencies;
    const { userId } = file;
    const inspection = this.inspector.begin(DEFAULT_STRICTNESS, []);
    const rules = { maxBytes: MAX_FILE_BYTES, sourceTimeoutSeconds: Infinity, inspection };
    let body: InspectedBody | undefined;
    try {
      body = await InspectedBody.open(left.source, { ...rules, signal: end.signal });
      const intent = await journal.open({
        ...{ kind, userId, leaseSeconds, isOwnerKnown: true },
        ...storageKey(body.format, userId, ownerType),
      });
      const upload = new PendingUpload(this.dependencies, intent);
      await upload.send(body, end);
      await this.#makeObjectOf(kind, file, { upload, body, left });
    } finally {
      body?.close();
      inspection.close();
    }
  }

  async #makeObjectOf(
    kind: MediaKind,
    { id, s3Key, removed }: MediaFileModel,
    { upload, body, left }: { upload: PendingUpload; body: InspectedBody; left: StrippedSource },
  ): Promise<void> {
    const { files, leaseSeconds, logger } = this.dependencies;
    const { facts, byteSize, sha256 } = body.verdict;
    const values = {
      ...{ ...attributesOf(facts), byteSize, sha256, privacy: left.privacy },
      removed: [...new Set([...removed, ...left.removed])].sort(),
    };
    const { id: uploadId, unansweredSeconds } = upload;
    const replacement = { id, s3Key, uploadId, unansweredSeconds, leaseSeconds, values };
    const row = await files[kind].replaceObject(replacement).catch(async (error: unknown) => {
      // Perhaps only the answer was lost.
      const current = await files[kind].byId(id).catch(() => null);
      if (current?.s3Key === upload.key) return current;
      await upload.giveUp();
      throw error;
    });
    if (row === null) {
      await upload.undoExpired();
      throw new UploadExpiredError();
    }
    await removeObject(this.dependencies, { id: uploadId, s3Key }).catch((error: unknown) => {
      logger.warn("an object is left to the sweeper", { fileId: id, ...errorFacts(error) });
    });
  }
}

/** Whether a failure is of one file, and not of the servers that all of them need. */
function isOfFile(error: unknown): error is ObjectStoreError {
  if (!(error instanceof ObjectStoreError)) return false;
  const codes = ["file_not_found", "storage_error", "upload_expired"];
  return error.category === "content" || codes.includes(error.code);
}
