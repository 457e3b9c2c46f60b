import { randomBytes } from "node:crypto";
import { existsSync, renameSync } from "node:fs";
import { readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";

import { type ChecksumAlgorithm, type ChecksumType } from "../checksums/checksum.js";
import { S3Error } from "../errors.js";
import { AssembledParts, type CompletedPart } from "./assembled-parts.js";
import { readBlobMetadataSync, writeBlob } from "./blob-file.js";
import { type ByteSource } from "./byte-source.js";
import { makeFolder } from "./make-folder.js";
import { type ObjectAttributes, type ObjectSummary } from "./object-metadata.js";
import { type Objects } from "./objects.js";
import { partFileName, type PartMetadata, partNumberOf, type PartSummary } from "./part.js";
import { isAbsent, type Volume } from "./volume.js";
import { type WriteCondition } from "./write-condition.js";

/** What CreateMultipartUpload settled. */
export interface UploadRecord {
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly initiated: number;
  readonly attributes: ObjectAttributes;
  readonly checksum?: UploadChecksum | undefined;
}

export interface UploadChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
}

/**
 * The multipart uploads of one bucket: a folder each, with the record and a file per part. Every
 * method takes the key as well as the id and throws NoSuchUpload unless both fit.
 */
export class MultipartUploads {
  constructor(
    private readonly dir: string,
    private readonly volume: Volume,
    private readonly objects: Objects,
  ) {}

  async create(record: Omit<UploadRecord, "initiated">): Promise<string> {
    const initiated = Date.now();
    const uploadId = newUploadId(initiated);
    const temporary = this.volume.temporaryPath();
    try {
      await makeFolder(temporary);
      await this.volume.writeJson(join(temporary, "upload.json"), {
        ...record,
        initiated,
      });
      await rename(temporary, this.#path(uploadId));
    } catch (error) {
      await this.volume.remove(temporary);
      throw isAbsent(error) ? new S3Error("NoSuchBucket") : error;
    }
    await this.volume.flush(this.dir);
    return uploadId;
  }

  async get(uploadId: string, key: string): Promise<UploadRecord> {
    const record = await this.#read(uploadId);
    if (record?.key !== key) throw noSuchUpload(uploadId);
    return record;
  }

  /** All uploads under way, by key and then by age. */
  async list(): Promise<(UploadRecord & { uploadId: string })[]> {
    const uploads: (UploadRecord & { uploadId: string })[] = [];
    for (const uploadId of await this.#uploadIds()) {
      const record = await this.#read(uploadId);
      if (record !== undefined) uploads.push({ ...record, uploadId });
    }
    return uploads.sort(
      (a, b) =>
        Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) ||
        (a.uploadId < b.uploadId ? -1 : 1),
    );
  }

  async putPart(
    uploadId: string,
    key: string,
    partNumber: number,
    source: ByteSource,
  ): Promise<PartSummary> {
    await this.get(uploadId, key);
    const temporary = this.volume.temporaryPath();
    const lastModified = Date.now();
    try {
      let part: PartSummary | undefined;
      await writeBlob(temporary, source, (size) => {
        const metadata: PartMetadata = { ...source.digests(), lastModified };
        part = { ...metadata, partNumber, size };
        return metadata;
      });
      await this.volume.flush(temporary);
      await rename(temporary, join(this.#path(uploadId), partFileName(partNumber)));
      await this.volume.flush(this.#path(uploadId));
      return part as PartSummary;
    } catch (error) {
      throw isAbsent(error) ? noSuchUpload(uploadId) : error;
    } finally {
      await this.volume.remove(temporary);
    }
  }

  /** Up to `limit` parts with numbers above `after`, in order. */
  async listParts(
    uploadId: string,
    key: string,
    after: number,
    limit: number,
  ): Promise<{ parts: PartSummary[]; truncated: boolean }> {
    await this.get(uploadId, key);
    const numbers = (await this.#partNumbers(uploadId)).filter((number) => number > after);
    const parts = numbers.slice(0, limit).map((number) => this.#part(uploadId, number));
    return {
      parts: parts.filter((part) => part !== undefined),
      truncated: numbers.length > limit,
    };
  }

  /**
   * Makes one object of the parts and ends the upload; of several calls at once one succeeds.
   *
   * @throws {S3Error} NoSuchUpload, InvalidPart, EntityTooSmall, BadDigest, or `condition` not met
   */
  async complete(
    uploadId: string,
    key: string,
    parts: readonly CompletedPart[],
    expectedChecksum: string | undefined,
    condition: WriteCondition,
  ): Promise<ObjectSummary> {
    const { attributes, checksum } = await this.get(uploadId, key);
    const stored = parts.map(({ partNumber }) => this.#part(uploadId, partNumber));
    const source = new AssembledParts(
      this.#path(uploadId),
      parts,
      stored,
      checksum,
      expectedChecksum,
    );
    const finished = this.volume.temporaryPath();
    try {
      return await this.objects.put(key, source, attributes, condition, {
        before: () => {
          if (!existsSync(this.#path(uploadId))) throw noSuchUpload(uploadId);
        },
        // Last, so that a crash in between leaves an upload that can be completed again.
        after: () => {
          renameSync(this.#path(uploadId), finished);
        },
      });
    } catch (error) {
      throw isAbsent(error) ? noSuchUpload(uploadId) : error;
    } finally {
      await this.volume.remove(finished);
    }
  }

  async abort(uploadId: string, key: string): Promise<void> {
    await this.get(uploadId, key);
    const finished = this.volume.temporaryPath();
    try {
      await rename(this.#path(uploadId), finished);
    } catch (error) {
      throw isAbsent(error) ? noSuchUpload(uploadId) : error;
    }
    await this.volume.flush(this.dir);
    await this.volume.remove(finished);
  }

  /** @throws {S3Error} NoSuchBucket when the bucket is deleted meanwhile */
  async #uploadIds(): Promise<string[]> {
    try {
      return await readdir(this.dir);
    } catch (error) {
      throw isAbsent(error) ? new S3Error("NoSuchBucket") : error;
    }
  }

  async #read(uploadId: string): Promise<UploadRecord | undefined> {
    if (!/^[0-9a-f]{48}$/.test(uploadId)) return undefined;
    try {
      const json = await readFile(join(this.#path(uploadId), "upload.json"), "utf8");
      return JSON.parse(json) as UploadRecord;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async #partNumbers(uploadId: string): Promise<number[]> {
    try {
      return (await readdir(this.#path(uploadId)))
        .map(partNumberOf)
        .filter((number) => number !== undefined)
        .sort((a, b) => a - b);
    } catch (error) {
      throw isAbsent(error) ? noSuchUpload(uploadId) : error;
    }
  }

  #part(uploadId: string, partNumber: number): PartSummary | undefined {
    const path = join(this.#path(uploadId), partFileName(partNumber));
    const blob = readBlobMetadataSync(path);
    return blob && { ...(blob.metadata as PartMetadata), partNumber, size: blob.size };
  }

  #path(uploadId: string): string {
    return join(this.dir, uploadId);
  }
}

/** Ids of uploads sort by the time of their creation: 12 hex digits of it, then randomness. */
function newUploadId(time: number): string {
  return time.toString(16).padStart(12, "0") + randomBytes(18).toString("hex");
}

function noSuchUpload(uploadId: string): S3Error {
  return new S3Error("NoSuchUpload", undefined, { UploadId: uploadId });
}
