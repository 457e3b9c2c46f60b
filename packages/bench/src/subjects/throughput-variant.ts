import { readFile } from "node:fs/promises";

import type { Variant } from "../bench.js";
import type { MediaFile, MediaFormat } from "../media/media-file.js";
import type { S3Name } from "../services/service-addresses.js";
import { checkStored } from "./check-stored.js";
import type { OpenUploader, Stored } from "./uploader.js";

export interface Throughput {
  readonly s3Name: S3Name;
  readonly format: MediaFormat;
  readonly file: () => Promise<MediaFile>;
  readonly concurrency: number;
  /** Uploads that are measured. */
  readonly files: number;
}

/** Milliseconds, of ours and of the baseline alike: V8 optimises both for thousands of uploads. */
const WARM_UP_MS = 8_000;

/** Uploads a file from memory again and again; gives `filesPerSecond`. */
export function throughputVariant(open: OpenUploader<Buffer>, work: Throughput): Variant {
  const { s3Name, format, concurrency, files } = work;
  return {
    async start(services) {
      const { path, sha256 } = await work.file();
      const bytes = await readFile(path);
      const uploader = await open(services, s3Name);
      const upload = (): Promise<Stored> => uploader.upload(bytes, format);
      // The code is compiled, and as many connections are open as will be used.
      const warm = performance.now() + WARM_UP_MS;
      while (performance.now() < warm) await inParallel(concurrency, concurrency, upload);
      let stored: Stored[] = [];
      return {
        async run() {
          const start = performance.now();
          stored = await inParallel(concurrency, files, upload);
          return { filesPerSecond: (1000 * files) / (performance.now() - start) };
        },
        check: () => checkStored({ services, s3Name, sha256, stored, again: upload }),
        close: () => uploader.close(),
      };
    },
  };
}

async function inParallel<Result>(
  concurrency: number,
  count: number,
  task: () => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let started = 0;
  const worker = async (): Promise<void> => {
    for (; started < count;) {
      started += 1;
      results.push(await task());
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}
