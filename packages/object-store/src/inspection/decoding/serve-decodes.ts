import { endNow } from "./end-now.js";
import type { DecodeJob, DecoderReply, DecoderRequest } from "./protocol.js";

/** Milliseconds between two looks at the memory of the process. */
const LOOK_MS = 20;

/**
 * The whole life of a decoder process: takes one image at a time.
 *
 * @param decode gives what it complains of; may take all the time and memory it wants
 */
export function serveDecodes(
  decode: (bytes: Buffer, job: DecodeJob) => Promise<string | undefined>,
): void {
  let job: DecodeJob | undefined;
  let bytes = Buffer.of();
  let length = 0;

  process.on("message", (request: DecoderRequest) => {
    if ("job" in request) {
      job = request.job;
      bytes = Buffer.alloc(job.byteLength);
      length = 0;
      return;
    }
    bytes.set(request.chunk, length);
    length += request.chunk.byteLength;
    if (job !== undefined && length === job.byteLength) void run(decode, bytes, job);
  });
  process.on("disconnect", endNow);
  reply({ ready: true });
}

async function run(
  decode: (bytes: Buffer, job: DecodeJob) => Promise<string | undefined>,
  bytes: Buffer,
  job: DecodeJob,
): Promise<void> {
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() <= job.maxBytes) return;
    clearInterval(watch);
    reply({ excess: "memory" }, endNow);
  }, LOOK_MS);
  const complaint = await decode(bytes, job);
  clearInterval(watch);
  reply({ complaint });
}

function reply(message: DecoderReply, sent?: () => void): void {
  process.send?.(message, undefined, undefined, sent);
}
