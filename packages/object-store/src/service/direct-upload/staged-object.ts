import { createHash } from "node:crypto";

import { MEDIA_FORMATS, type MediaKind } from "@repo/media-inspection";
import { S3NotFoundError } from "@repo/s3-provider";

import {
  ChecksumMismatchError,
  DirectUploadIncompleteError,
  LengthMismatchError,
  UnsupportedMediaTypeError,
} from "../../errors.js";
import { errorFacts } from "../../logger.js";
import type { DirectUploadModel } from "../../models/direct-upload.model.js";
import { completeParts } from "../../upload/complete-parts.js";
import { InspectedBody, type Verdict } from "../../upload/inspected-body.js";
import { openStagedSource } from "../../upload/staged-source.js";
import { findObject } from "../../upload/storage-client.js";
import type { Dependencies } from "../dependencies.js";
import { KIND_RULES } from "../kind-rules.js";
import { planParts } from "./part-plan.js";
import type { Strictness } from "../../upload/verification.js";
import type { Recipe } from "../../rendering/recipes.js";

/** The staged object of one direct upload. */
export class StagedObject {
  constructor(
    private readonly dependencies: Pick<Dependencies, "s3" | "logger" | "maxBytes" | "inspector">,
    private readonly row: DirectUploadModel,
  ) {}

  /**
   * Inspects the staged bytes, read in ranges, as those of every upload.
   *
   * @throws DirectUploadIncompleteError (`direct_upload_incomplete`) when bytes are missing, and the
   *   errors of an upload
   */
  async inspect(
    kind: MediaKind,
    {
      strictness,
      recipes,
      signal,
    }: { strictness: Strictness; recipes: readonly Recipe[]; signal: AbortSignal },
  ): Promise<Verdict> {
    const { s3, maxBytes, inspector } = this.dependencies;
    const { s3Key, byteSize, multipartId, sha256, md5: announcedMd5 } = this.row;
    if (multipartId !== null) await this.#assemble(multipartId, signal);
    const md5 = createHash("md5");
    const onBytes = (chunk: Uint8Array): void => {
      md5.update(chunk);
    };
    const source = await openStagedSource(s3, s3Key, { signal, onBytes });
    if (source === undefined) {
      throw new DirectUploadIncompleteError("The file has not been sent to S3 yet.");
    }
    if (source.byteLength !== byteSize) throw new LengthMismatchError(byteSize, source.byteLength);

    const inspection = inspector.begin(strictness, recipes);
    let body: InspectedBody | undefined;
    try {
      // The S3 provider limits how long its server may be silent.
      const rules = { maxBytes, sourceTimeoutSeconds: Infinity, inspection, signal };
      body = await InspectedBody.open(source, rules);
      const format = MEDIA_FORMATS[body.format];
      if (format.kind !== kind) {
        const { accepted } = KIND_RULES[kind];
        throw new UnsupportedMediaTypeError(
          `The content must be ${accepted}; it is ${format.contentType}.`,
        );
      }
      await body.readToEnd();
      const { verdict } = body;
      requireDigest("SHA-256", sha256, verdict.sha256);
      requireDigest("MD5", announcedMd5, md5.digest());
      return verdict;
    } finally {
      body?.close();
      inspection.close();
      await source.close();
    }
  }

  /** Removes the object and its parts; what cannot be removed is left to the sweep. */
  async discard(signal?: AbortSignal): Promise<void> {
    const { s3, logger } = this.dependencies;
    const { id, s3Key: key, multipartId: uploadId } = this.row;
    try {
      if (uploadId !== null) await s3.abortMultipartUpload({ key, uploadId }, { signal });
      await s3.delete(key, { signal });
    } catch (error) {
      logger.warn("a staged object is left to the sweeper", { id, ...errorFacts(error) });
    }
  }

  /**
   * Makes one object of the parts, unless an earlier attempt has. After a lost answer it is enough
   * that there is an object, because all of it is read next.
   */
  async #assemble(uploadId: string, signal: AbortSignal): Promise<void> {
    const { s3 } = this.dependencies;
    const { s3Key: key, byteSize, partByteSize } = this.row;
    const upload = { key, uploadId };
    const sent = await s3.listParts(upload, { signal }).catch((error: unknown) => {
      if (error instanceof S3NotFoundError) return undefined;
      throw error;
    });
    if (sent === undefined) return;
    const found = planParts(byteSize, partByteSize ?? Infinity).map((planned) => ({
      partNumber: planned.partNumber,
      part: sent.find(
        ({ partNumber, byteLength }) =>
          partNumber === planned.partNumber && byteLength === planned.byteSize,
      ),
    }));
    const missing = found.filter(({ part }) => part === undefined);
    if (missing.length > 0) {
      const numbers = missing.map(({ partNumber }) => partNumber).join(", ");
      throw new DirectUploadIncompleteError(
        `These parts have not been sent to S3 yet: ${numbers}.`,
      );
    }
    const parts = found.flatMap(({ part }) => part ?? []);
    const isThere = async (): Promise<boolean> => (await findObject(s3, key, signal)) !== undefined;
    await completeParts(s3, upload, { parts, signal, isThere });
  }
}

function requireDigest(name: string, announced: Buffer | null, actual: Buffer): void {
  if (announced === null || announced.equals(actual)) return;
  throw new ChecksumMismatchError(name, announced, actual);
}
