import { createHash } from "node:crypto";

import type { MediaKind, Privacy } from "@repo/media-inspection";
import { S3Error } from "@repo/s3-provider";

import { described } from "../described.js";
import {
  InvalidInputError,
  ObjectStoreError,
  StorageError,
  UploadExpiredError,
} from "../errors.js";
import { storageKey } from "../kinds.js";
import { errorFacts } from "../logger.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import { MAX_FILE_BYTES } from "../options.js";
import type { PrivacyLevel } from "../privacy.js";
import { removeObject } from "../remove-objects.js";
import { attributesOf } from "../service/kind-rules.js";
import { throwIfAborted, UPLOAD_SECONDS, withUploadTime } from "../upload/abort.js";
import type { InspectedBody } from "../upload/inspected-body.js";
import type { Inspector } from "../upload/inspector.js";
import { openObject } from "../upload/object-source.js";
import { PendingUpload } from "../upload/pending-upload.js";
import type { StrippedSource } from "../upload/stripped-source.js";
import { storageFailure } from "../upload/storage-client.js";
import { DEFAULT_STRICTNESS } from "../upload/verification.js";
import type { StripOptions, StripReport } from "./contract.js";
import type { MaintenanceDependencies } from "./dependencies.js";
import { FileWalk } from "./file-walk.js";

/** The levels that remove less. */
const LOWER: Readonly<Record<Privacy, readonly PrivacyLevel[]>> = {
  location: ["keep"],
  all: ["keep", "location"],
};

const DEFAULT_PARALLEL = 4;

/** Consecutive files that fail for no reason of their own before the run fails. */
const MAX_FAILURES = 10;

type Outcome = "stripped" | "unchanged" | "skipped";

/** One run of `strip`. */
export class Stripper {
  readonly #privacy: Privacy;
  readonly #walk: FileWalk;
  readonly #report: StripReport;
  #failuresInARow = 0;

  /** @throws InvalidInputError (`invalid_input`), InvalidCursorError (`invalid_cursor`) */
  constructor(
    private readonly dependencies: MaintenanceDependencies,
    private readonly inspector: Inspector,
    private readonly options: StripOptions,
  ) {
    const { privacy, cursor = null, maxFiles, parallel = DEFAULT_PARALLEL, signal } = options;
    if (!Object.hasOwn(LOWER, privacy)) {
      throw new InvalidInputError(
        `privacy must be "location" or "all", and ${described(privacy)} came.`,
      );
    }
    this.#privacy = privacy;
    this.#walk = new FileWalk({ cursor, maxFiles, parallel, signal });
    this.#report = { files: 0, stripped: 0, unchanged: 0, skipped: 0, failed: 0, cursor };
  }

  async strip(): Promise<StripReport> {
    const report = this.#report;
    await this.#walk.run({
      page: (kind, from) => this.dependencies.files[kind].withPrivacy(LOWER[this.#privacy], from),
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
    if (typeof outcome === "string") this.#failuresInARow = 0;
    report.files += 1;
    report[typeof outcome === "string" ? outcome : "failed"] += 1;
    report.cursor = this.#walk.cursor;
    if (typeof outcome !== "string") {
      const { code, message } = outcome;
      await onFinding?.({ kind, fileId: file.id, code, message });
    }
    onProgress?.({ ...report });
  }

  /** @returns why one file is left as it is; throws what every file would fail for */
  async #outcomeOf(kind: MediaKind, file: MediaFileModel): Promise<Outcome | ObjectStoreError> {
    const { signal } = this.options;
    try {
      return await withUploadTime(UPLOAD_SECONDS, [signal], (end) =>
        this.#stripFile(kind, file, end),
      );
    } catch (error) {
      throwIfAborted(signal);
      // What is wrong in the program is no failure of a file.
      if (!(error instanceof ObjectStoreError || error instanceof S3Error)) throw error;
      const current = await this.dependencies.files[kind].byId(file.id);
      const isDone = current === null || !LOWER[this.#privacy].includes(current.privacy);
      if (isDone) return "skipped";
      // A run that removes less was faster.
      if (current.s3Key !== file.s3Key) return this.#outcomeOf(kind, current);
      const failure = storageFailure("strip the file", error);
      const isOfFile = failure.category === "content" || failure instanceof DamagedObjectError;
      this.#failuresInARow = isOfFile ? 0 : this.#failuresInARow + 1;
      if (this.#failuresInARow > MAX_FAILURES) throw error;
      return failure;
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
      throw new DamagedObjectError(
        `The file in S3 has ${found}; ${file.byteSize} bytes were stored.`,
      );
    }
    const choices = {
      ...{ privacy: this.#privacy, strictness: DEFAULT_STRICTNESS, recipes: [] },
      ...{ maxBytes: MAX_FILE_BYTES, sourceTimeoutSeconds: Infinity, signal },
    };
    try {
      return await this.inspector.use(source, choices, async (body, stripped) => {
        if (!hash.digest().equals(file.sha256)) {
          throw new DamagedObjectError("The file in S3 holds other bytes than were stored.");
        }
        if (stripped.isChanged) return this.#replace(kind, file, { body, stripped, end });
        return (await files[kind].markStripped(file, this.#privacy)) ? "unchanged" : "skipped";
      });
    } finally {
      await source.close();
    }
  }

  /** Stores what is left of a file, and removes the object that it had. */
  async #replace(
    kind: MediaKind,
    { id, s3Key, userId, removed }: MediaFileModel,
    {
      body,
      stripped,
      end,
    }: { body: InspectedBody; stripped: StrippedSource; end: AbortController },
  ): Promise<"stripped"> {
    const { journal, files, leaseSeconds, ownerType, logger } = this.dependencies;
    const intent = await journal.open({
      ...{ kind, userId, leaseSeconds, isOwnerKnown: true },
      ...storageKey(body.format, userId, ownerType),
    });
    const upload = new PendingUpload(this.dependencies, intent);
    await upload.send(body, end);
    const { id: uploadId, unansweredSeconds } = upload;
    const { facts, byteSize, sha256 } = body.verdict;
    const values = {
      ...{ ...attributesOf(facts), byteSize, sha256, privacy: stripped.privacy },
      removed: [...new Set([...removed, ...stripped.removed])].sort(),
    };
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
      // Unless somebody else had the file first.
      throw new UploadExpiredError();
    }
    await removeObject(this.dependencies, { id: uploadId, s3Key }).catch((error: unknown) => {
      logger.warn("an object is left to the sweeper", { fileId: id, ...errorFacts(error) });
    });
    return "stripped";
  }
}

/** An object is not as its file was stored. */
class DamagedObjectError extends StorageError {}
