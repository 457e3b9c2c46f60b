// Audits a million rows (or as many as the first argument says) in a real PostgreSQL against a
// simulated listing of as many objects, and prints by how many bytes the process grew meanwhile,
// beyond what an audit of a quarter as many took (`grownBytes`) and since before that one
// (`grownSinceColdBytes`, of which up to 32 MiB are V8's young generation, in any busy process).
// Ends with 1 when it grew by 32 MiB or more, by 64 MiB or more in all, or when the audit did not
// find exactly what differs.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createDatabase, databaseMigrations, Migrator } from "@repo/database";
import { startLocalPostgres } from "@repo/local-services";
import { objectStoreMaintenance } from "@repo/object-store/maintenance";
import { objectStoreMigrations } from "@repo/object-store/migrations";
import { S3NotFoundError } from "@repo/s3-provider";

const ROWS = Number(process.argv[2] ?? 1_000_000);
const BOUND = 32 * 1024 * 1024;
const COLD_BOUND = 2 * BOUND;
const USERS = 1000;
const BYTE_SIZE = 1234;
const LONG_AGO = new Date("2020-01-01T00:00:00Z");

/** Every so many objects one is left out of the listing, and another has no row. */
const DIFFERENCE_EVERY = 99_991;

const idOf = (number) => `00000000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;

/** Odd numbers are images, even ones audio; owner 0 is the system. */
const FOLDERS = [
  { folder: "audio", first: 2, extension: "mp3" },
  { folder: "images", first: 1, extension: "png" },
];

/** The keys of all files in the order of their bytes, with a number that no row has at the end. */
function* keysInOrder(rows) {
  for (const { folder, first, extension } of FOLDERS) {
    for (let owner = 0; owner <= USERS; owner += 1) {
      const scope = owner === 0 ? "system" : `users/${idOf(owner)}`;
      const behind = 2 * (USERS + 1);
      for (let number = first + 2 * owner; number <= rows; number += behind) {
        yield { number, key: `${folder}/${scope}/${idOf(number)}.${extension}` };
      }
    }
  }
}

async function insertRows(database, rows) {
  const key = (folder, extension) =>
    `'${folder}/' || coalesce('users/' || user_id::text, 'system') || '/' || id::text || '.${extension}'`;
  const id = (expression) =>
    `('00000000-0000-7000-8000-' || lpad(to_hex(${expression}), 12, '0'))::uuid`;
  await database.query(
    `INSERT INTO users (id, email, created_at, updated_at)
     SELECT ${id("number")}, number || '@example.com', now(), now()
     FROM generate_series(1, ${USERS}) AS number`,
  );
  for (const { folder, first, extension } of FOLDERS) {
    const [facts, values, type] =
      folder === "images"
        ? ["width, height, orientation, page_count, has_alpha", "1, 1, 1, 1, false", "image/png"]
        : [
            "duration_seconds, duration_source, bitrate, sample_rate, channels, codec, lossless",
            "1, 'measured', 128000, 44100, 2, 'mp3', false",
            "audio/mpeg",
          ];
    const step = 100_000;
    for (let start = first; start <= rows; start += step) {
      await database.query(
        `INSERT INTO ${folder} (id, user_id, s3_key, content_type, byte_size, sha256,
           created_at, updated_at, ${facts})
         SELECT id, user_id, ${key(folder, extension)}, '${type}', ${BYTE_SIZE},
           decode(repeat('00', 32), 'hex'), now(), now(), ${values}
         FROM (
           SELECT ${id("number")} AS id, CASE WHEN owner > 0 THEN ${id("owner")} END AS user_id
           FROM (
             SELECT number, (number / 2 - ${first === 2 ? 1 : 0}) % ${USERS + 1} AS owner
             FROM generate_series(${start}, ${Math.min(start + step - 1, rows)}, 2) AS number
           ) AS numbers
         ) AS files`,
      );
    }
    await database.query(`VACUUM ANALYZE ${folder}`);
  }
}

/** The bucket as a stream of keys; what is left out of it is missing, what is put in is an orphan. */
function simulatedBucket(rows) {
  const differences = { orphans: 0, missing: 0 };
  const missing = new Set();
  const object = { byteLength: BYTE_SIZE, lastModified: LONG_AGO, etag: '"etag"' };
  async function* listing() {
    for (const { number, key } of keysInOrder(rows)) {
      if (number % DIFFERENCE_EVERY !== 0) {
        yield { key, ...object };
        continue;
      }
      differences.missing += 1;
      missing.add(key);
      differences.orphans += 1;
      yield { key: key.replace(/mp3$/, "m4a").replace(/png$/, "gif"), ...object };
    }
  }
  const head = (key) =>
    missing.has(key)
      ? Promise.reject(
          new S3NotFoundError({ operation: "head", reason: "absent", outcome: "not_applied" }),
        )
      : Promise.resolve(object);
  return { differences, listing: listing(), s3: { head } };
}

async function auditOf(postgres, name, rows) {
  const database = createDatabase({
    url: await postgres.createDatabase(name),
    statementTimeoutMs: 120_000,
  });
  await new Migrator({
    database,
    migrations: [...databaseMigrations, ...objectStoreMigrations()],
  }).up();
  await insertRows(database, rows);
  return { database, rows, ...simulatedBucket(rows) };
}

async function measured({ database, s3, listing }) {
  const before = process.memoryUsage.rss();
  let peak = before;
  const sample = () => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const timer = setInterval(sample, 5);
  const start = performance.now();
  const report = await objectStoreMaintenance({ database, s3 }).audit({
    listing,
    onProgress: sample,
  });
  clearInterval(timer);
  const seconds = (performance.now() - start) / 1000;
  return { report, seconds, peakBytes: peak, grownBytes: peak - before };
}

const folder = await mkdtemp(join(tmpdir(), "audit-memory-"));
const postgres = await startLocalPostgres({ dataDir: folder, durable: false });
try {
  const small = await auditOf(postgres, "small", ROWS / 4);
  const large = await auditOf(postgres, "large", ROWS);

  // A smaller audit loads code and pools, and has V8's young generation, which an idle process gives
  // back, grow to the 32 MiB that it takes in any busy process. Nothing idles between the two.
  const coldBytes = process.memoryUsage.rss();
  await measured(small);
  const { report, seconds, grownBytes, peakBytes } = await measured(large);
  await Promise.all([small.database.close(), large.database.close()]);
  const { orphans, missing } = large.differences;
  const isRight =
    report.rows === ROWS &&
    report.objects === ROWS &&
    report.orphans === orphans &&
    report.missingObjects === missing;
  console.log(
    JSON.stringify({
      ...report,
      seconds: Number(seconds.toFixed(1)),
      grownBytes,
      grownSinceColdBytes: peakBytes - coldBytes,
    }),
  );
  const complaints = [
    !isRight && "the audit did not find exactly what differs",
    grownBytes >= BOUND && `grew by ${grownBytes} bytes, of less than ${BOUND}`,
    peakBytes - coldBytes >= COLD_BOUND &&
      `grew by ${peakBytes - coldBytes} bytes since cold, of less than ${COLD_BOUND}`,
  ].filter(Boolean);
  for (const complaint of complaints) console.error(`audit-memory: ${complaint}`);
  if (complaints.length > 0) process.exitCode = 1;
} finally {
  await postgres.stop("immediate");
  await rm(folder, { recursive: true, force: true });
}
