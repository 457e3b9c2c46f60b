import { DEFAULT_CONCURRENCY, MAX_CONCURRENCY } from "./command.js";

export const HELP = `Usage: pnpm seed [options] [file or folder...]

Stores media, fetches each file back through its signed URL, compares SHA-256 and shows the
result. Without paths it stores generated samples for three sample users and system-wide. A file
that is there already (same owner, path and bytes) is skipped.

Examples:
  pnpm seed                                        generated samples, then what became of them
  pnpm seed --from ~/Pictures --report sheet.html  your own files, and a page that shows them
  pnpm seed --from ~/Music --serve                 URLs to open in a browser until Ctrl-C
  pnpm seed --json | jq 'select(.event == "rejected")'

Options:
  --from <path>...      import these files, and folders with all that is in them
  --owner <id|system>   who owns the imported files (default: system)
  --concurrency <n>     uploads at once, 1 to ${MAX_CONCURRENCY} (default: ${DEFAULT_CONCURRENCY})
  --report <file.html>  write a contact sheet that needs nothing but a browser
  --serve               keep the services up until Ctrl-C, so that the URLs open in a browser
  --json                one JSON object a line on standard output, logs on standard error
  --data <folder>       where the embedded services keep their data
                        (default: .data in the repository)
  --reset               remove that data and end
  -h, --help            show this help

Environment:
  Without any of these, PostgreSQL and an S3 server are started on this machine.
  To use your own, set all that have no default:
  DATABASE_URL          postgres://user:password@host:port/database
  S3_ENDPOINT           such as https://s3.example.com
  S3_BUCKET             made when it does not exist
  S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY
  S3_REGION             default: us-east-1
  S3_FORCE_PATH_STYLE   true or false; default: true
  NO_COLOR              any value: no colors

Exit codes:
  0    nothing failed (files may have been rejected: the store refuses what is no valid media)
  1    a file or the run itself failed
  2    wrong options or environment
  130  interrupted by Ctrl-C (SIGTERM: 143, SIGHUP: 129, a reader that went away: 141);
       a second Ctrl-C does not wait for the services to stop
`;
