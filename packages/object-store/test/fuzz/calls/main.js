import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect, parseArgs } from "node:util";

import { createDatabase, databaseMigrations, Migrator, User } from "@repo/database";
import { startLocalServices } from "@repo/local-services";
import { ObjectStoreError, objectStoreProvider } from "@repo/object-store";
import { objectStoreMaintenance } from "@repo/object-store/maintenance";
import { objectStoreMigrations } from "@repo/object-store/migrations";
import { memoryObjectStore } from "@repo/object-store/testing";
import { S3Provider } from "@repo/s3-provider";
import fc from "fast-check";

import { publicCalls } from "./public-calls.js";

const HELP = `Calls the public interface with hostile arguments and sources, on real servers and in memory.

  --runs N  calls; 20,000 by default
  --seed N  repeats the calls of that seed; others each time by default
`;
/** Calls at a time. */
const LANES = 16;
/** Seconds after which a call hangs: a body that is only looked at may be silent for 60. */
const HANGS_AFTER = 90;
const MAX_MESSAGE = 4096;
/** What hostile input never is: it has to be refused before a server is asked. */
const OF_SERVERS = /^(database|storage)_/;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "20000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    help: { type: "boolean" },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit();
}
const [runs, seed] = [values.runs, values.seed].map(Number);
const count = { resolved: 0, refused: 0, faults: 0, unhandled: 0, longest: 0 };

for (const event of ["unhandledRejection", "uncaughtException"]) {
  process.on(event, (error) => {
    count.unhandled += 1;
    console.log(`${event}:`, error);
  });
}

const dataDir = await mkdtemp(join(tmpdir(), "fuzz-calls-"));
const services = await startLocalServices({ dataDir, durable: false });
try {
  await fuzz();
} finally {
  await services.stop();
  await rm(dataDir, { recursive: true, force: true });
}
console.log(
  `${runs} calls made: ${count.resolved} resolved, ${count.refused} refused, ${count.faults} faults, ` +
    `${count.unhandled} unhandled rejections, longest message ${count.longest} characters; ` +
    `replay: pnpm fuzz:calls --seed ${seed} --runs ${runs}`,
);
process.exitCode = count.faults + count.unhandled > 0 ? 1 : 0;

async function fuzz() {
  const database = createDatabase({ url: services.databaseUrl });
  const { bucket, accessKeyId, secretAccessKey, ...client } = services.s3;
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = new S3Provider({ bucket, client: { ...client, credentials } });
  const migrations = [...databaseMigrations, ...objectStoreMigrations()];
  await new Migrator({ database, migrations }).up();
  database.addModels([User]);
  const { id: userId } = await User.create({ email: "fuzz@example.com" });

  const bounds = { sharing: true, sourceTimeoutSeconds: 1, uploadTimeoutSeconds: 5 };
  const provider = objectStoreProvider({ database, s3, ...bounds });
  const memory = memoryObjectStore(bounds).store;
  const scopes = [provider, memory].flatMap((each) =>
    [each.forUser(userId), each.forSystem()].map((scope) => ({ ...scope, provider: each })),
  );
  const maintenance = objectStoreMaintenance({ database, s3 });
  const gif = Buffer.from(
    "GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
    "latin1",
  );
  const { file } = await scopes[0].images.upload({ body: gif });
  const announced = await scopes[0].images.createDirectUpload({ byteSize: 5 });
  const ids = [file.id, announced.id, userId];

  const calls = publicCalls({ scopes, maintenance, servers: { database, s3 }, ids });
  const which = fc.nat({ max: calls.length - 1 });
  const made = fc.sample(
    which.chain((index) => calls[index].parameters.map((given) => ({ index, given }))),
    { seed, numRuns: runs },
  );
  console.log(`seed ${seed}: ${runs} calls of ${calls.length} kinds`);
  let next = 0;
  const lanes = Array.from({ length: LANES }, async () => {
    while (next < runs) {
      const number = next++;
      const { index, given } = made[number];
      const { name, run } = calls[index];
      const fault = await faultOf(() => run(given));
      if (fault === undefined) continue;
      count.faults += 1;
      console.log(`fault in call ${number}, ${name}(${shown(given)}):`, fault);
    }
  });
  await Promise.all(lanes);

  // What failed is gone: every object has its row and every file its object.
  const report = await maintenance.audit();
  for (const name of ["orphans", "tooYoung", "missingObjects", "sizeMismatches", "foreign"]) {
    if (report[name] === 0) continue;
    count.faults += 1;
    console.log(`the audit found ${report[name]} ${name}`);
  }
  s3.destroy();
  await database.close();
}

/** What is wrong with the outcome of a call; undefined where nothing is. */
async function faultOf(run) {
  let timer;
  const hang = new Promise((resolve) => {
    timer = setTimeout(resolve, HANGS_AFTER * 1000, "it hangs");
  });
  try {
    return await Promise.race([hang, finished(run)]);
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) return error;
    count.refused += 1;
    count.longest = Math.max(count.longest, error.message.length);
    if (OF_SERVERS.test(error.code)) return error.cause ?? error;
    return error.message.length > MAX_MESSAGE ? "its message is too long" : undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function finished(run) {
  const result = await run();
  if (typeof result === "object" && result !== null && Symbol.asyncIterator in result) {
    let left = 5;
    for await (const item of result) if ((left -= 1) === 0 || item === undefined) break;
  }
  result?.stream?.destroy();
  count.resolved += 1;
  // Timers and rejections of what was left behind come now.
  await sleep(0);
}

function shown(given) {
  return inspect(given, {
    depth: 3,
    maxStringLength: 80,
    maxArrayLength: 5,
    breakLength: Infinity,
  });
}
