import { DEFAULT_CONCURRENCY, DEFAULT_MINUTES, MAX_CONCURRENCY } from "./options.js";

export const HELP = `Usage: pnpm soak [options]

Works on the object store for a long time, to see that nothing grows, nothing fails and nothing is
left. PostgreSQL and an S3 server are started for it, with fresh data. Files are uploaded from
memory, by path and as streams of unknown length, listed with URLs, downloaded and compared with
what was sent by SHA-256, and deleted, so that about 400 MB are stored at most. Meanwhile the memory
of this process, the delay of its event loop and its connections are sampled.

At the end as many rows and objects must be there as files were kept, and none after all are deleted.

Examples:
  pnpm soak                               half an hour, into docs/soak.svg
  pnpm soak --minutes 1 --svg /tmp/s.svg  a look at it
  pnpm soak --minutes 600 --json          a night; one JSON object at its end

Options:
  --minutes <n>      of load, such as 0.5 (default: ${DEFAULT_MINUTES})
  --concurrency <n>  operations at once, 1 to ${MAX_CONCURRENCY} (default: ${DEFAULT_CONCURRENCY})
  --svg <path>       where the picture is written (default: docs/soak.svg in the repository)
  --json             the summary as one JSON object on standard output
  -h, --help         show this help

Exit codes:
  0    nothing failed, no byte was wrong, nothing was left
  1    something was, or the run itself failed; it ends early after 100 failures
  2    wrong options
  130  interrupted by Ctrl-C (SIGTERM: 143): summary and picture show the run so far;
       a second Ctrl-C does not wait for them, nor for the servers to stop
`;
