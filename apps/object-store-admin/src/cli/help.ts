import type { CommandName } from "./command.js";

const COMMON = `
Options of every command:
  --json         one JSON object a line on standard output, the last one the report
  --env <file>   a file with variables of the environment, NAME=value; set ones stay as they are
  --help         this text

Environment:
  DATABASE_URL          postgres://user:password@host:port/database
  DATABASE_POOLER       transaction, behind a pooler such as PgBouncer in that mode
  S3_BUCKET             for every command but migrate, as all of S3
  S3_ENDPOINT           of an S3-compatible server; not set for Amazon S3
  S3_REGION             default: us-east-1 with S3_ENDPOINT, else AWS_REGION or that of the profile
  S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_SESSION_TOKEN
                        default: what the AWS SDK finds: AWS_ACCESS_KEY_ID and the like, AWS_PROFILE,
                        ~/.aws, single sign-on, the role of the container or the instance
  S3_FORCE_PATH_STYLE   true or false; default: true with S3_ENDPOINT, else false
  S3_REQUESTS           what the bucket demands of requests, as the option "requests" of S3Provider
                        in JSON, such as {"ServerSideEncryption":"aws:kms","contentMd5":true}
  S3_PROXY              http://host:port of a proxy that tunnels by CONNECT
  OWNER_TABLE           what user_id refers to: table.column, schema.table.column, or none. Default:
                        users.id, of a table that migrate makes as well. It never changes. A name
                        with a dot is in double quotes, here and below: "my.schema".table.column
  OWNER_TYPE            uuid (the default), integer, bigint or text. It never changes.
  TABLES_SCHEMA         the schema of the tables; default: by the search path
  TABLE_NAMES           {"images":"…","audio":"…","directUploads":"…","journal":"…","variants":"…",
                        "variantFailures":"…","usage":"…","events":"…","grants":"…"}: names for those
                        that are not to be images, audio, direct_uploads, object_store_journal,
                        media_variants, media_variant_failures, media_usage, media_events and
                        media_grants
  HISTORY_TABLE         where migrate records what it applied: table or schema.table;
                        default: schema_migrations
  VARIANTS              the recipes of make-variants, as the option "variants" of the provider in
                        JSON, such as {"thumb":{"width":320,"format":"webp"}}
  EVENTS                true, where the provider has the option "events"; default: false
  LEASE_SECONDS         the option leaseSeconds of the provider; default: 600
  NO_COLOR              any value: no colors

Exit codes:
  0    done, and all is well
  1    failed; the message says what to do
  2    wrong options or environment
  3    done, but something needs attention: see each command
  130  interrupted by Ctrl-C (SIGTERM: 143, SIGHUP: 129)
`;

const OVERVIEW = `Usage: object-store-admin <command> [options]

Looks after the files of an object store: rows in PostgreSQL, objects in S3.

Commands:
  migrate up|down|status|sql  brings the tables up to date, takes steps back, shows them, or prints
                              their SQL
  sweep                       finishes what crashed; for cron, every few minutes
  audit [--fix]               compares the bucket with the rows; changes nothing without --fix
  verify                      reads every object again and compares its SHA-256
  make-variants               makes the variants that files lack
  strip location|all          removes personal data from stored files
  usage                       counts files and bytes
  recount                     corrects the counters of quotas
  events                      counts the events that wait, and lists those that were given up
  erase <user>                removes everything of one user, with a receipt

A first day:
  object-store-admin migrate up
  object-store-admin usage
A crontab; only its user may read the file with the variables:
  PATH=/usr/local/bin:/usr/bin:/bin
  */5 * * * *  /srv/app/node_modules/.bin/object-store-admin sweep --quiet --env /etc/object-store.env
  0 3 * * 0    /srv/app/node_modules/.bin/object-store-admin audit --quiet --env /etc/object-store.env
  0 4 1 * *    /srv/app/node_modules/.bin/object-store-admin verify --quiet --env /etc/object-store.env

"object-store-admin help <command>" tells more of one.
${COMMON}`;

const TOPICS: Record<CommandName, string> = {
  migrate: `Usage: object-store-admin migrate up|status
       object-store-admin migrate down [--steps <n>] --yes
       object-store-admin migrate sql [--down] [--from <name>] [--to <name>]

up applies what is pending. Any number may run at once: one works, the others wait for it.
down takes the last step back, or the last n. A step that would lose rows refuses.
status shows all steps, and exits with 3 while one is pending.
sql prints the statements of all steps and connects to nothing: for other tools of migration.

  --steps <n>     steps to take back (default: 1)
  --yes           without which down does nothing
  --down          prints the way back, the last step first
  --from <name>   the first step to print
  --to <name>     the last step to print
`,
  sweep: `Usage: object-store-admin sweep [--batch-size <n>] [--quiet]

Removes what expired uploads and deletions left, and multipart uploads that nobody will finish.
Running uploads are left alone. Any number may run at once, and killing one costs nothing.

  --batch-size <n>   files removed together, 1 to 1,000 (default: 1,000)
  --quiet            prints nothing when all is well, for cron

Exits with 3 when S3 would not remove something; the next sweep tries again.
`,
  audit: `Usage: object-store-admin audit [--fix] [--max-fixes <n>] [--quiet]

Compares the bucket with the rows, key by key, and lists every difference. Without --fix nothing
is changed. With it, objects without a row are moved to quarantine/, and rows without an object
are kept there as JSON and then removed; files of another size are reported only.

  --fix              act on what was found
  --max-fixes <n>    repairs after which it only reports (default: 1,000): a large number of
                     differences speaks of a wrong bucket or database
  --quiet            no report when all is well, for cron

Exits with 3 when there is a difference that was not mended.
`,
  verify: `Usage: object-store-admin verify [--bytes-per-second <n>] [--max-files <n>] [--cursor <cursor>]
                                 [--quiet]

Reads every object and compares size and SHA-256 with its row.

  --bytes-per-second <n>  how fast, on average (default: 16,777,216)
  --max-files <n>         ends after so many; the report has the cursor to go on with
  --cursor <cursor>       goes on where an earlier run ended; one that is interrupted, or fails,
                          tells its cursor on standard error
  --quiet                 prints nothing when all is well, for cron

Exits with 3 when a file is missing, damaged or could not be read.
`,
  "make-variants": `Usage: object-store-admin make-variants [--recipe <name>] [--only-missing]
                                        [--drop-undefined] [--max-files <n>] [--cursor <cursor>]

Makes the variants that files lack, by the recipes of VARIANTS. Then removes variants that have had a
newer one of the same recipe for a day. Run it after a recipe was added or changed.

  --recipe <name>      applies this recipe only
  --only-missing       leaves out files whose variant is of the recipe as it was before
  --drop-undefined     removes variants of recipes that VARIANTS does not have
  --max-files <n>      ends after so many files; the report has the cursor to go on with
  --cursor <cursor>    goes on where an earlier run ended

Exits with 3 when a variant could not be made; each is tried three times in all.
`,
  strip: `Usage: object-store-admin strip location|all [--max-files <n>] [--cursor <cursor>]

Removes locations, or all data that viewers and players do not need, from stored files, with the same
pixels and sound. Each changed file gets a new object; the old one is deleted at once, and its signed
URLs stop working. A run that was ended can be started again: files that are done are not read again.

  --max-files <n>     ends after so many; the report has the cursor to go on with
  --cursor <cursor>   goes on where an earlier run ended; one that is interrupted, or fails, tells its
                      cursor on standard error

Lists the files that could not be stripped, with the reason, and exits with 3 when there is one.
`,
  usage: `Usage: object-store-admin usage [--owner <id> | --system] [--top <n>]

Counts files and bytes, and says whether the bucket has versioning.

  --owner <id>   of one user only, whose id is of the type OWNER_TYPE
  --system       of the system only
  --top <n>      owners to name, those with the most bytes (default: 20)
`,
  recount: `Usage: object-store-admin recount [--owner <id>]

Counts what users have, and corrects the counters that their quotas are held against, also while files
are stored and deleted. Run it once every process of the application has the option quota, and after
rows were changed by hand. Lists what was added to each counter that was wrong.

  --owner <id>   of one user only, whose id is of the type OWNER_TYPE
`,
  events: `Usage: object-store-admin events [--retry | --drop] [<id> …]

Counts the events that wait for a listener, and lists those that were given up, with the reason.

  --retry   has those that were given up handled again, all or those with these ids: perhaps after later
            ones of the same file
  --drop    deletes them

Exits with 3 when events are left that were given up.
`,
  erase: `Usage: object-store-admin erase <user> [--yes]

Removes every file of the user with this id, which is of the type OWNER_TYPE, unfinished uploads
and quarantined objects included, and prints a receipt with a line for each object as it goes. The
user's own row is left to the application. It cannot be undone.

  --yes   does not ask first; without a terminal it is required

See that the user can start no new upload before. Exits with 3 when something is left: sweep and
repeat it after half an hour, or once the user's direct uploads have expired (25 hours at most).
In a bucket with versioning, each version has a line; what Object Lock retains is named.
`,
};

export function helpFor(topic: CommandName | undefined): string {
  return topic === undefined ? OVERVIEW : `${TOPICS[topic]}${COMMON}`;
}
