import type { JobHandlers, JobName } from "../jobs.js";
import type { JobRequest, ProcessReply, ProcessRequest } from "../protocol.js";
import { endNow } from "./end-now.js";

/** Milliseconds between two checks of this process's memory. */
const INTERVAL_MS = 20;

/** Runs the jobs that the parent sends, one at a time, until the parent disconnects. */
export function serveJobs(handlers: JobHandlers): void {
  let job: JobRequest | undefined;
  let bytes = Buffer.of();
  let received = 0;

  process.on("message", (request: ProcessRequest) => {
    if ("job" in request) {
      job = request.job;
      bytes = Buffer.alloc(job.byteLength);
      received = 0;
    } else {
      bytes.set(request.chunk, received);
      received += request.chunk.byteLength;
    }
    if (job !== undefined && received === job.byteLength) void run(handlers, job, bytes);
  });
  process.on("disconnect", endNow);
  reply({ ready: true });
}

async function run<Name extends JobName>(
  handlers: JobHandlers,
  { name, data, maxBytes }: JobRequest<Name>,
  bytes: Buffer,
): Promise<void> {
  const memoryCheck = setInterval(() => {
    if (process.memoryUsage.rss() <= maxBytes) return;
    clearInterval(memoryCheck);
    reply({ excess: "memory" }, endNow);
  }, INTERVAL_MS);
  const answer = await handlers[name](bytes, data);
  clearInterval(memoryCheck);
  reply({ answer });
}

function reply(message: ProcessReply, onSent?: () => void): void {
  process.send?.(message, undefined, undefined, onSent);
}
