import { createHash } from "node:crypto";

import type { MediaFormat, MediaKind } from "@repo/media-inspection";
import { S3NotFoundError } from "@repo/s3-provider";

import {
  ChecksumMismatchError,
  DirectUploadIncompleteError,
  LengthMismatchError,
} from "../../errors.js";
import { errorFacts } from "../../logger.js";
import type { PrivacyChoice } from "../../privacy.js";
import type { DirectUploadModel } from "../../models/direct-upload.model.js";
import { completeParts } from "../../upload/complete-parts.js";
import { InspectedBody } from "../../upload/inspected-body.js";
import { openObject } from "../../upload/object-source.js";
import type { StrippedSource } from "../../upload/stripped-source.js";
import { findObject } from "../../upload/storage-client.js";
import type { Dependencies } from "../dependencies.js";
import { requireKind } from "../kind-rules.js";
import { planParts } from "./part-plan.js";
import type { Strictness } from "../../upload/verification.js";
import type { Recipe } from "../../rendering/recipes.js";

interface StagedRules {
  strictness: Strictness;
  privacy: PrivacyChoice;
  recipes: readonly Recipe[];
  signal: AbortSignal;
}

/** The staged object of one direct upload. */
export class StagedObject {
  constructor(
    private readonly dependencies: Pick<Dependencies, "s3" | "logger" | "maxBytes" | "inspector">,
    private readonly row: DirectUploadModel,
  ) {}

  /**
   * Inspects the staged bytes, as those of every upload. `use` gets them: read to their end where nothing
   * was removed from them.
   *
   * @throws DirectUploadIncompleteError (`direct_upload_incomplete`) when bytes are missing, and the
   *   errors of an upload
   */
  async use<Result>(
    kind: MediaKind,
    { strictness, privacy, recipes, signal }: StagedRules,
    use: (body: InspectedBody, left: StrippedSource) => Promise<Result>,
  ): Promise<Result> {
    const { s3, maxBytes, inspector } = this.dependencies;
    const { s3Key, byteSize, multipartId, sha256, md5 } = this.row;
    if (multipartId !== null) await this.#assemble(multipartId, signal);
    const digests = [
      new AnnouncedDigest("MD5", md5),
      // Of bytes that are stored as they are, the inspection gives it.
      new AnnouncedDigest("SHA-256", privacy === "keep" ? null : sha256),
    ];
    const onBytes = (chunk: Uint8Array): void => {
      for (const digest of digests) digest.update(chunk);
    };
    const source = await openObject(s3, s3Key, { signal, onBytes });
    if (source === undefined) {
      throw new DirectUploadIncompleteError("The file has not been sent to S3 yet.");
    }
    if (source.byteLength !== byteSize) throw new LengthMismatchError(byteSize, source.byteLength);

    const onFormat = (format: MediaFormat): void => {
      requireKind(kind, format);
    };
    // The S3 provider limits how long its server may be silent.
    const rules = { maxBytes, sourceTimeoutSeconds: Infinity, signal };
    const inspection = inspector.begin(strictness, recipes);
    let left: StrippedSource | undefined;
    let body: InspectedBody | undefined;
    try {
      left = await inspector.strip(source, privacy, { ...rules, onFormat });
      body = await InspectedBody.open(left.source, { ...rules, inspection });
      requireKind(kind, body.format);
      if (!left.isChanged) await body.readToEnd();
      for (const digest of digests) digest.require();
      if (privacy === "keep" && sha256 !== null)
        requireDigest("SHA-256", sha256, body.verdict.sha256);
      return await use(body, left);
    } finally {
      body?.close();
      left?.close();
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

/** A digest that a client announced, held to the bytes that came. */
class AnnouncedDigest {
  readonly #hash;

  constructor(
    private readonly name: "MD5" | "SHA-256",
    private readonly announced: Buffer | null,
  ) {
    this.#hash = announced && createHash(name.replace("-", ""));
  }

  update(chunk: Uint8Array): void {
    this.#hash?.update(chunk);
  }

  /** @throws ChecksumMismatchError (`checksum_mismatch`) */
  require(): void {
    const { name, announced } = this;
    if (announced === null || this.#hash === null) return;
    requireDigest(name, announced, this.#hash.digest());
  }
}

function requireDigest(name: string, announced: Buffer, actual: Buffer): void {
  if (!announced.equals(actual)) throw new ChecksumMismatchError(name, announced, actual);
}
