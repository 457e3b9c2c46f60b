import { PassThrough, type Readable } from "node:stream";

import type { MediaKind } from "@repo/media-inspection";
import { S3NotFoundError } from "@repo/s3-provider";

import { type Checked, checkFileId } from "../checks.js";
import { described } from "../described.js";
import {
  FileNotFoundError,
  InvalidInputError,
  InvalidRangeError,
  StorageError,
  VariantNotReadyError,
} from "../errors.js";
import type { Reader } from "../owner-types.js";
import type { Download, DownloadOptions } from "../provider.js";
import { abortFailure, abortWith } from "../upload/abort.js";
import { storageFailure } from "../upload/storage-client.js";
import type { CollectionScope } from "./dependencies.js";
import { checkShown, shownOf } from "./urls.js";

/** Opens a file's bytes, or a range of them. */
export async function openDownload(
  { dependencies, kind, owner }: CollectionScope<MediaKind, Reader>,
  id: string,
  { range, signal: callers, transaction, ...options }: Checked<DownloadOptions>,
): Promise<Download> {
  const { s3, calls, files, recipes } = dependencies;
  const shown = checkShown(options, recipes);
  const fileId = checkFileId(id);
  const { variant } = shown;
  const file = await files[kind].visibleById(fileId, owner, { transaction, variant });
  if (file === null) throw new FileNotFoundError(id);
  const row = shownOf(file, shown);
  if (row === undefined) throw new VariantNotReadyError(variant?.name ?? "");
  if (range !== undefined) checkRange(range, row.byteSize);
  const end = new AbortController();
  const stopFollowing = abortWith(end, [callers, calls.signal]);
  const { signal } = end;
  try {
    const object = await s3.get(row.s3Key, { range, signal });
    if (object.totalByteLength !== row.byteSize) {
      object.body.destroy();
      throw new StorageError(
        `The file in S3 has ${object.totalByteLength} bytes; ${row.byteSize} were stored.`,
      );
    }
    const stream = withOurErrors(object.body, signal);
    const closed = new Promise((resolve) => stream.once("close", resolve));
    calls.hold(closed);
    void closed.then(stopFollowing);
    return {
      stream,
      byteLength: object.byteLength,
      totalByteLength: object.totalByteLength,
      contentType: row.contentType,
      etag: object.etag,
    };
  } catch (error) {
    stopFollowing();
    const isGone =
      error instanceof S3NotFoundError &&
      !(await files[kind].exists(fileId, owner, { transaction, decides: true }));
    if (isGone) throw new FileNotFoundError(id);
    throw storageFailure("read the file", error, signal);
  }
}

function checkRange(range: { start: number; end?: number } | null, byteSize: number): void {
  if (typeof range !== "object" || range === null) {
    throw new InvalidInputError(
      `range must be an object { start, end }, and ${described(range)} came.`,
    );
  }
  const { start, end } = range;
  const bounds = end === undefined ? [start] : [start, end];
  if (
    !bounds.every((bound) => Number.isSafeInteger(bound) && bound >= 0) ||
    (end ?? start) < start
  ) {
    throw new InvalidInputError(
      `A range needs whole byte offsets from 0 with start ≤ end; ${described(start)} to ${described(end)} came.`,
    );
  }
  if (start >= byteSize) {
    throw new InvalidRangeError(
      `The range starts at byte ${start} of a file of ${byteSize} bytes.`,
    );
  }
}

/** The same bytes; failures as errors of ours; destroying it destroys the body. */
function withOurErrors(body: Readable, signal: AbortSignal): Readable {
  const stream = new PassThrough();
  // Whoever reads it sees its failure; one that nobody listens to must not end the process.
  stream.on("error", () => undefined);
  // Also of one whose bytes have all come and wait to be read.
  signal.addEventListener("abort", () => stream.destroy(abortFailure(signal)));
  body.on("error", (error) => {
    stream.destroy(storageFailure("read the file", error, signal));
  });
  stream.on("close", () => {
    body.destroy();
  });
  return body.pipe(stream);
}
