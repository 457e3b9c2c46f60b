import { randomUUID } from "node:crypto";

import type {
  CreateMultipartUploadInput,
  ListedMultipartUpload,
  ListedPart,
  MultipartUpload,
  UploadedPart,
  UploadPartInput,
} from "@repo/s3-provider";

import { type FailedCall, invalidRequest, noSuchUpload } from "./memory-errors.js";
import { type MemoryObject, memoryObject } from "./memory-object.js";

/** The least that S3 takes for every part but the last. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

interface Upload extends ListedMultipartUpload {
  contentType: string;
  parts: Map<number, MemoryObject>;
}

/** The multipart uploads of a memory storage that were neither completed nor aborted. */
export class MemoryUploads {
  readonly #uploads = new Map<string, Upload>();

  create({ key, contentType }: CreateMultipartUploadInput): MultipartUpload {
    const uploadId = randomUUID();
    const upload = { key, uploadId, contentType, initiatedAt: new Date(), parts: new Map() };
    this.#uploads.set(uploadId, upload);
    return { key, uploadId };
  }

  add({ key, uploadId }: MultipartUpload, { partNumber, body }: UploadPartInput): UploadedPart {
    const upload = this.#find({ operation: "uploadPart", key }, uploadId);
    const part = memoryObject(Buffer.from(body), upload.contentType);
    upload.parts.set(partNumber, part);
    return { partNumber, etag: part.etag };
  }

  parts({ key, uploadId }: MultipartUpload): ListedPart[] {
    const { parts } = this.#find({ operation: "listParts", key }, uploadId);
    return [...parts]
      .sort(([a], [b]) => a - b)
      .map(([partNumber, { etag, bytes }]) => ({ partNumber, etag, byteLength: bytes.byteLength }));
  }

  /** The object that the parts make; the upload is over. */
  complete({ key, uploadId }: MultipartUpload, uploaded: readonly UploadedPart[]): MemoryObject {
    const call: FailedCall = { operation: "completeMultipartUpload", key };
    const upload = this.#find(call, uploadId);
    const parts = uploaded
      .toSorted((a, b) => a.partNumber - b.partNumber)
      .map(({ partNumber, etag }) => {
        const part = upload.parts.get(partNumber);
        if (part?.etag !== etag) throw invalidRequest(call, "InvalidPart");
        return part.bytes;
      });
    if (parts.length === 0) throw invalidRequest(call, "there is no part");
    if (parts.slice(0, -1).some(({ byteLength }) => byteLength < MIN_PART_BYTES)) {
      throw invalidRequest(call, "EntityTooSmall");
    }
    this.#uploads.delete(uploadId);
    return memoryObject(Buffer.concat(parts), upload.contentType);
  }

  abort({ uploadId }: MultipartUpload): void {
    this.#uploads.delete(uploadId);
  }

  list(prefix: string): ListedMultipartUpload[] {
    return [...this.#uploads.values()]
      .filter(({ key }) => key.startsWith(prefix))
      .map(({ key, uploadId, initiatedAt }) => ({ key, uploadId, initiatedAt }));
  }

  #find(call: FailedCall, uploadId: string): Upload {
    const upload = this.#uploads.get(uploadId);
    if (upload?.key !== call.key) throw noSuchUpload(call);
    return upload;
  }
}
