import { createHash } from "node:crypto";

import type { MediaKind } from "@repo/media-inspection";
import { type ListedPart, S3NotFoundError } from "@repo/s3-provider";

import {
  ChecksumMismatchError,
  DirectUploadIncompleteError,
  LengthMismatchError,
} from "../../errors.js";
import type { Acceptance } from "../../gate/rules.js";
import { errorFacts } from "../../logger.js";
import type { PrivacyLevel } from "../../privacy.js";
import type { DirectUploadModel } from "../../models/direct-upload.model.js";
import { completeParts } from "../../upload/complete-parts.js";
import type { InspectedBody } from "../../upload/inspected-body.js";
import { openObject } from "../../upload/object-source.js";
import type { StrippedSource } from "../../upload/stripped-source.js";
import { findObject } from "../../upload/storage-client.js";
import type { Dependencies } from "../dependencies.js";
import { warnOfVersions } from "../../warn-of-versions.js";
import { type PlannedPart, planParts } from "./part-plan.js";
import type { Strictness } from "../../upload/verification.js";
import type { Recipe } from "../../rendering/recipes.js";

interface StagedChoices {
  strictness: Strictness;
  privacy: PrivacyLevel;
  recipes: readonly Recipe[];
  acceptance: Acceptance<MediaKind>;
  signal: AbortSignal;
}

/** The staged object of one direct upload. */
export class StagedObject {
  constructor(
    private readonly dependencies: Pick<Dependencies, "s3" | "logger" | "inspector">,
    private readonly row: DirectUploadModel,
  ) {}

  /**
   * Strips and inspects the staged bytes as in every upload, and runs `use`. Where nothing was removed, the
   * body has been read to its end.
   *
   * @throws DirectUploadIncompleteError (`direct_upload_incomplete`) when bytes are missing, and the
   *   errors of an upload
   */
  async use<Result>(
    { acceptance, ...choices }: StagedChoices,
    use: (body: InspectedBody, stripped: StrippedSource) => Promise<Result>,
  ): Promise<Result> {
    const { s3, inspector } = this.dependencies;
    const { s3Key, byteSize, multipartId, sha256, md5 } = this.row;
    if (multipartId !== null) await this.#assemble(multipartId, choices.signal);
    const digests = [
      new AnnouncedDigest("MD5", md5),
      // Of bytes that are stored as they are, the inspection gives it.
      new AnnouncedDigest("SHA-256", choices.privacy === "keep" ? null : sha256),
    ];
    const onBytes = (chunk: Uint8Array): void => {
      for (const digest of digests) digest.update(chunk);
    };
    const source = await openObject(s3, s3Key, { signal: choices.signal, onBytes });
    if (source === undefined) {
      throw new DirectUploadIncompleteError("The file has not been sent to S3 yet.");
    }
    if (source.byteLength !== byteSize) throw new LengthMismatchError(byteSize, source.byteLength);
    const { maxBytes, onFormat, onFacts } = acceptance;
    // The S3 provider limits how long its server may be silent.
    const rules = { maxBytes, sourceTimeoutSeconds: Infinity, onFormat, onFacts };
    try {
      return await inspector.use(source, { ...choices, ...rules }, async (body, stripped) => {
        if (!stripped.isChanged) await body.readToEnd();
        for (const digest of digests) digest.require();
        if (choices.privacy === "keep") requireDigest("SHA-256", sha256, body.verdict.sha256);
        return use(body, stripped);
      });
    } finally {
      await source.close();
    }
  }

  /**
   * The parts that are still to be sent, a file in one piece being one. Undefined when that is in vain,
   * because S3 has no such multipart upload any more.
   */
  async missing(): Promise<PlannedPart[] | undefined> {
    const { s3Key, byteSize, multipartId, partByteSize } = this.row;
    if (multipartId !== null) {
      const sent = await this.#sent(multipartId);
      if (sent !== undefined) return unsent(sent);
    }
    const object = await findObject(this.dependencies.s3, s3Key, undefined);
    if (object?.byteLength === byteSize) return [];
    return partByteSize === null ? planParts(byteSize, byteSize) : undefined;
  }

  /** Removes the object and its parts; what cannot be removed is left to the sweep. */
  async discard(signal?: AbortSignal): Promise<void> {
    const { s3, logger } = this.dependencies;
    const { id, s3Key: key, multipartId: uploadId } = this.row;
    try {
      if (uploadId !== null) await s3.abortMultipartUpload({ key, uploadId }, { signal });
      await s3.delete(key, { signal });
      warnOfVersions(s3, logger);
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
    const { s3Key: key } = this.row;
    const upload = { key, uploadId };
    const sent = await this.#sent(uploadId, signal);
    if (sent === undefined) return;
    const missing = unsent(sent);
    if (missing.length > 0) {
      const numbers = missing.map(({ partNumber }) => partNumber).join(", ");
      throw new DirectUploadIncompleteError(
        `These parts have not been sent to S3 yet: ${numbers}.`,
      );
    }
    const parts = sent.flatMap(({ part }) => part ?? []);
    const isThere = async (): Promise<boolean> => (await findObject(s3, key, signal)) !== undefined;
    await completeParts(s3, upload, { parts, signal, isThere });
  }

  /** The planned parts with those that S3 has of the same size; undefined without a multipart upload. */
  async #sent(uploadId: string, signal?: AbortSignal): Promise<SentPart[] | undefined> {
    const { s3Key: key, byteSize, partByteSize } = this.row;
    const upload = { key, uploadId };
    const listed = await this.dependencies.s3
      .listParts(upload, { signal })
      .catch((error: unknown) => {
        if (error instanceof S3NotFoundError) return undefined;
        throw error;
      });
    return (
      listed &&
      planParts(byteSize, partByteSize ?? byteSize).map((planned) => ({
        planned,
        part: listed.find(
          ({ partNumber, byteLength }) =>
            partNumber === planned.partNumber && byteLength === planned.byteSize,
        ),
      }))
    );
  }
}

interface SentPart {
  planned: PlannedPart;
  part: ListedPart | undefined;
}

function unsent(parts: readonly SentPart[]): PlannedPart[] {
  return parts.filter(({ part }) => part === undefined).map(({ planned }) => planned);
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
    if (this.#hash !== null) requireDigest(this.name, this.announced, this.#hash.digest());
  }
}

function requireDigest(name: string, announced: Buffer | null, actual: Buffer): void {
  if (announced === null || announced.equals(actual)) return;
  throw new ChecksumMismatchError(name, announced, actual);
}
