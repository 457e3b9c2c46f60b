import { median } from "../report/median.js";
import type { Tally } from "./load/tally.js";
import type { Sample } from "./samples/sample.js";
import type { Stored } from "./stored.js";

/** What a run came to; also what `--json` prints. */
export interface Summary {
  /** Whether it ran as long as it was told to. */
  readonly complete: boolean;
  /** Of load. */
  readonly seconds: number;
  readonly concurrency: number;
  /** How often each succeeded. */
  readonly operations: Readonly<Record<string, number>>;
  readonly operationsPerSecond: number;
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  readonly failures: number;
  /** Those of the failures that were wrong bytes. */
  readonly wrongHashes: number;
  /** The first of the failures. */
  readonly failureMessages: readonly string[];
  readonly rss: RssTrend | null;
  /** Of the event loop, over the whole load, in milliseconds. */
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  readonly maxDatabaseConnections: number;
  readonly maxS3Sockets: number;
  /** Files that should be stored when the load ended, and what was. */
  readonly expectedFiles: number;
  readonly afterLoad: Stored;
  readonly afterDeletion: Stored;
}

/** Whether memory grows: the medians of the begin and of the end of a run. */
export interface RssTrend {
  readonly windowSeconds: number;
  readonly firstMedianBytes: number;
  readonly lastMedianBytes: number;
}

export interface Run {
  readonly complete: boolean;
  readonly seconds: number;
  readonly concurrency: number;
  readonly tally: Tally;
  readonly samples: readonly Sample[];
  readonly delay: Pick<Summary, "delayP50Ms" | "delayP99Ms">;
  readonly stored: Pick<Summary, "expectedFiles" | "afterLoad" | "afterDeletion">;
}

/** Seconds at most that the begin and the end of a run are taken to be; a quarter of short ones. */
const WINDOW_SECONDS = 300;

export function summarize(run: Run): Summary {
  const { complete, seconds, concurrency, tally, samples, delay, stored } = run;
  const { operationCount, uploadedBytes, downloadedBytes } = tally;
  return {
    complete,
    seconds,
    concurrency,
    operations: Object.fromEntries(tally.operations),
    operationsPerSecond: operationCount / seconds,
    uploadedBytes,
    downloadedBytes,
    failures: tally.failures,
    wrongHashes: tally.wrongHashes,
    failureMessages: tally.failureMessages,
    rss: rssTrend(samples, seconds),
    ...delay,
    maxDatabaseConnections: Math.max(0, ...samples.map((sample) => sample.databaseConnections)),
    maxS3Sockets: Math.max(0, ...samples.map((sample) => sample.s3Sockets)),
    ...stored,
  };
}

/** Whether nothing failed, nothing was wrong, and nothing more or less than expected is stored. */
export function isClean({ failures, expectedFiles, afterLoad, afterDeletion }: Summary): boolean {
  return failures === 0 && holdsExactly(afterLoad, expectedFiles) && holdsExactly(afterDeletion, 0);
}

/** Whether there are so many files, and nothing besides. */
export function holdsExactly(stored: Stored, expected: number): boolean {
  const { files, unfinished, objects, multipartUploads } = stored;
  return files === expected && objects === expected && unfinished === 0 && multipartUploads === 0;
}

function rssTrend(samples: readonly Sample[], seconds: number): RssTrend | null {
  const windowSeconds = Math.min(WINDOW_SECONDS, seconds / 4);
  const first = samples.filter((sample) => sample.seconds <= windowSeconds);
  const last = samples.filter((sample) => sample.seconds >= seconds - windowSeconds);
  if (first.length === 0 || last.length === 0) return null;
  const medianRss = (some: readonly Sample[]): number =>
    median(some.map(({ rssBytes }) => rssBytes));
  return { windowSeconds, firstMedianBytes: medianRss(first), lastMedianBytes: medianRss(last) };
}
