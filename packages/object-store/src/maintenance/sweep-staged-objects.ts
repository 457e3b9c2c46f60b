import { type ListedObject, S3AbortedError, S3Error } from "@repo/s3-provider";

import { FOLDERS } from "../kinds.js";
import { errorFacts } from "../logger.js";
import type { SweepTools } from "./sweep-tools.js";

const PREFIX = `${FOLDERS.direct_upload}/`;

/** As many keys as one DeleteObjects takes. */
const BATCH = 1000;

/**
 * Milliseconds that an object without a row must have rested: the clocks of PostgreSQL and S3 differ.
 */
const MIN_AGE_MS = 3_600_000;

/**
 * Removes objects below `staging/` that no row knows. A client may begin to send before its URL
 * expires, and send at a drip until everything else was swept: nothing but a listing finds its object.
 * A row is there before an object can be, and nothing is served from there.
 */
export class StagedObjects {
  /** The last key that was looked at; the next sweep goes on behind it. */
  #position: string | undefined;

  /** @param limit objects to look at */
  async sweep(tools: SweepTools, limit: number): Promise<void> {
    const { s3, keys, signal, report, logger } = tools;
    if (limit === 0) return;
    const now = (await keys.clock()).getTime();
    const startAfter = this.#position;
    const batch: ListedObject[] = [];
    let seen = 0;
    try {
      for await (const object of s3.list({
        prefix: PREFIX,
        signal,
        ...(startAfter !== undefined && { startAfter }),
      })) {
        seen += 1;
        this.#position = object.key;
        if (now - object.lastModified.getTime() >= MIN_AGE_MS) batch.push(object);
        if (batch.length === BATCH) await removeStrays(batch.splice(0), tools);
        if (seen === limit) break;
      }
      await removeStrays(batch, tools);
      if (seen < limit) this.#position = undefined;
    } catch (error) {
      if (!(error instanceof S3Error) || error instanceof S3AbortedError) throw error;
      report.failed += 1;
      logger.warn("staged objects could not be listed", errorFacts(error));
    }
  }
}

async function removeStrays(
  objects: readonly ListedObject[],
  { s3, keys, signal, report, batchDone }: SweepTools,
): Promise<void> {
  if (objects.length === 0) return;
  const known = await keys.purposesOf(objects.map(({ key }) => key));
  const strays = objects.filter(({ key }) => !known.has(key)).map(({ key }) => key);
  if (strays.length > 0) {
    const { failed } = await s3.deleteMany(strays, { signal });
    report.strays += strays.length - failed.length;
    report.failed += failed.length;
  }
  batchDone();
}
