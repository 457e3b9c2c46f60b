export const HELP = `Usage: pnpm crash-proof [options]

Plays every use case of the object store in a process of its own and makes trouble at every step
that touches PostgreSQL or S3: the process is killed, PostgreSQL crashes, S3 fails, hangs, breaks
off or loses its answers, a sweep takes over. Then everything is started again, swept and audited,
and rows and objects are compared, byte by byte, with what the caller was told before.

Options:
  --quick            some 130 cases, spread over all use cases
                     and 100 uploads whose events are heard, of 1,000 in a whole run
  --only <text>      only use cases in whose name this occurs, and after a colon, only troubles,
                     and all of these: "delete, audio" or "upload small: hang"; may be repeated;
                     "events" alone hears events while listeners are killed
  --json             one JSON object a line on standard output
  --sites <n>        cases at once, each with servers of its own (default: a CPU each, at most 4)
  --sabotage <what>  switch a guarantee off and see it noticed: intent, tombstone, compare-and-set,
                     replacement
  -h, --help         show this help

Exit codes:
  0    nothing was lost, orphaned, left over or wrong
  1    something was, or the run itself failed
  2    wrong options
  130  interrupted
`;
