import type { JobHandlers, JobName } from "../jobs.js";
import type { JobRequest, ProcessReply } from "../protocol.js";
import { endNow } from "./end-now.js";
import { readJobBytes, writeAnswer } from "./shared-file.js";

/** Milliseconds between two checks of this process's memory. */
const INTERVAL_MS = 20;

/** Runs the jobs that the parent sends, one at a time, until the parent disconnects. */
export function serveJobs(handlers: JobHandlers): void {
  process.on("message", (job: JobRequest) => {
    void run(handlers, job);
  });
  process.on("disconnect", endNow);
  reply({ ready: true });
}

async function run<Name extends JobName>(
  handlers: JobHandlers,
  { name, data, byteLength, maxBytes }: JobRequest<Name>,
): Promise<void> {
  const memoryCheck = setInterval(() => {
    if (process.memoryUsage.rss() <= maxBytes) return;
    clearInterval(memoryCheck);
    reply({ excess: "memory" }, endNow);
  }, INTERVAL_MS);
  const bytes = withSharedFile(() => readJobBytes(byteLength));
  if (bytes === undefined) return;
  const answer = await handlers[name](bytes, data);
  clearInterval(memoryCheck);
  const answerBytes = withSharedFile(() => writeAnswer(answer));
  if (answerBytes !== undefined) reply({ answerBytes });
}

/** The result of `work`; undefined if it failed, and the process ends. */
function withSharedFile<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    reply({ failed: [message, code] }, endNow);
    return undefined;
  }
}

function reply(message: ProcessReply, onSent?: () => void): void {
  process.send?.(message, undefined, undefined, onSent);
}
