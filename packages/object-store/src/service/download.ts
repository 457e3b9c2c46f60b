import type { MediaKind } from "@repo/media-inspection";

import { type Checked, checkFileId } from "../checks.js";
import { described } from "../described.js";
import {
  FileNotFoundError,
  InvalidInputError,
  InvalidRangeError,
  VariantNotReadyError,
} from "../errors.js";
import { openStored } from "../open-stored.js";
import type { Reader } from "../owner-types.js";
import type { Download, DownloadOptions } from "../provider.js";
import type { ReadingOptions } from "../repo/media-repo.js";
import { abortWith } from "../upload/abort.js";
import { storageFailure } from "../upload/storage-client.js";
import { withOurErrors } from "../upload/with-our-errors.js";
import type { CollectionScope } from "./dependencies.js";
import { checkShown, shownOf } from "./urls.js";

/** What is opened of a file: its own object, or a variant's. */
type Opened = NonNullable<ReturnType<typeof shownOf>>;

/** Opens a file's bytes, or a range of them. */
export async function openDownload(
  scope: CollectionScope<MediaKind, Reader>,
  id: string,
  { range, signal: callers, transaction, ...options }: Checked<DownloadOptions>,
): Promise<Download> {
  const { calls, files, recipes } = scope.dependencies;
  const shown = checkShown(options, recipes);
  const fileId = checkFileId(id);
  const { variant } = shown;
  const read = async (how: ReadingOptions): Promise<Opened> => {
    const file = await files[scope.kind].visibleById(fileId, scope.owner, { ...how, variant });
    if (file === null) throw new FileNotFoundError(id);
    const row = shownOf(file, shown);
    if (row === undefined) throw new VariantNotReadyError(variant?.name ?? "");
    if (range !== undefined) checkRange(range, row.byteSize);
    return row;
  };
  const found = await read({ transaction });
  const end = new AbortController();
  const stopFollowing = abortWith(end, [callers, calls.signal]);
  const { signal } = end;
  try {
    const { s3 } = scope.dependencies;
    const readAgain = (): Promise<Opened> => read({ transaction, decides: true });
    const { row, object } = await openStored(s3, found, readAgain, { range, signal });
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
