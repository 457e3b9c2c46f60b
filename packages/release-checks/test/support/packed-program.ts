/** An export of each entry of the package; the program uses them all. */
const IMPORTS: Readonly<Record<string, string>> = {
  "": "ObjectStoreError",
  "/database": "createDatabase",
  "/maintenance": "objectStoreMaintenance",
  "/migrations": "objectStoreMigrations",
  "/s3": "S3Provider",
  "/testing": "memoryObjectStore",
};

const CHECK = `
/** Uploads photo.png of the working folder, reads it again and has a half of it refused. */
async function check() {
  const png = readFileSync("photo.png");
  const { store } = memoryObjectStore();
  const { images } = store.forUser("0190f5a0-0000-7000-8000-000000000001");
  const { file } = await images.upload({ body: png }, { verify: "decode" });
  const { stream } = await images.download(file.id);
  const isSame = png.equals(await buffer(stream));
  const half = png.subarray(0, png.length / 2);
  const refused = await images.upload({ body: half }, { verify: "decode" }).catch((error) => error);
  await store.close();
  const database = createDatabase({ url: "postgres://nobody@127.0.0.1:1/none" });
  await database.close();
  return {
    width: file.width,
    isSame,
    refused: refused instanceof ObjectStoreError ? refused.code : String(refused),
    isMigrated: objectStoreMigrations().length > 0,
    others: [typeof objectStoreMaintenance, typeof S3Provider],
  };
}
`;

/** What the program finds in a photo of that width. */
export function resultFor(width: number): object {
  const others = ["function", "function"];
  return { width, isSame: true, refused: "invalid_media", isMigrated: true, others };
}

const PRINT = `
check().then(
  (result) => console.log(JSON.stringify(result)),
  (error) => {
    console.error(error.code, error.cause);
    process.exitCode = 1;
  },
);
`;

export type Format = "esm" | "cjs";

/** A function `check` that uses every entry of the package; it is TypeScript as well. */
function checkOf(name: string, format: Format): string {
  const builtIn = [
    ["readFileSync", "node:fs"],
    ["buffer", "node:stream/consumers"],
  ] as const;
  const own = Object.entries(IMPORTS).map(([path, names]) => [names, `${name}${path}`] as const);
  const imports = [...builtIn, ...own].map(([names, from]) =>
    format === "esm"
      ? `import { ${names} } from "${from}";\n`
      : `const { ${names} } = require("${from}");\n`,
  );
  return `${imports.join("")}${CHECK}`;
}

/** A program that prints the result of `check`, or the code and the cause of its failure. */
export function programOf(name: string, format: Format): string {
  return `${checkOf(name, format)}${PRINT}`;
}

/** Tests with `test` and `expect`, for test runners; the last one after a call that fakes timers. */
export function testOf(name: string, format: Format, width: number, fake: string): string {
  const expected = JSON.stringify(resultFor(width));
  return `${checkOf(name, format)}
test("the package works", async () => {
  expect(await check()).toEqual(${expected});
}, 60_000);

test("the package works with fake timers", async () => {
  ${fake};
  expect(await check()).toEqual(${expected});
}, 60_000);
`;
}

/** Fails to compile if a type of the package does not resolve, which would make it `any`. */
export function typesOf(name: string): string {
  return `
import type { ImageRead, ObjectStoreProvider } from "${name}";
import type { MigratorOptions } from "${name}/database";
import type { ObjectStoreMaintenance } from "${name}/maintenance";
import type { TableOptions } from "${name}/migrations";
import type { S3ConnectionOptions, S3ProviderOptions } from "${name}/s3";
import type { MemoryObjectStore } from "${name}/testing";

type IsAny<Type> = 0 extends 1 & Type ? true : false;
type Checked = [
  IsAny<ImageRead["width"]>,
  IsAny<ReturnType<ObjectStoreProvider["forUser"]>["images"]>,
  IsAny<MigratorOptions["database"]>,
  IsAny<ReturnType<ObjectStoreMaintenance["sweep"]>>,
  IsAny<TableOptions["owner"]>,
  IsAny<S3ProviderOptions["client"]>,
  IsAny<NonNullable<S3ConnectionOptions["agents"]>["http"]>,
  IsAny<MemoryObjectStore["store"]>,
];
export const noneIsAny: Checked[number] = false;
// @ts-expect-error: neither is one true
export const someIsAny: Checked[number] = true;
`;
}

/** Runs the blocks of the README for the servers of its argument, and prints what they give. */
export function readmeProgramOf(name: string): string {
  return `
import { createReadStream } from "node:fs";
import { createDatabase } from "${name}/database";
import { S3Provider } from "${name}/s3";
import { coverImages } from "./cover-images.mjs";
import { migrate } from "./migrate.mjs";
import { sweeper } from "./sweeper.mjs";

const config = JSON.parse(process.argv[2] ?? "");
await migrate(config.databaseUrl);
const database = createDatabase({ url: config.databaseUrl });
const id = "0190f5a0-0000-7000-8000-000000000001";
const user = "VALUES ('" + id + "', 'a@example.com') ON CONFLICT DO NOTHING";
await database.query("INSERT INTO users (id, email) " + user);
const file = await coverImages(config)(id, createReadStream("photo.png"));
const s3 = new S3Provider({ bucket: "media", client: config.s3 });
const swept = await sweeper({ database, s3 })();
process.stdout.write(JSON.stringify({ file, swept }), () => process.exit());
`;
}

/**
 * Runs the package in an application with an SDK of OpenTelemetry, of version 1, 2 or 3, and prints
 * what the SDK got.
 */
export function telemetryProgramOf(name: string, tracing: string): string {
  return `
const { metrics, trace } = require("@opentelemetry/api");
const { MeterProvider, MetricReader } = require("@opentelemetry/sdk-metrics");
const { NodeTracerProvider, TracerProvider = NodeTracerProvider } = require("${tracing}");
const { memoryObjectStore } = require("${name}/testing");

const done = () => Promise.resolve();
const spans = [];
const onEnd = (span) => spans.push(span.name);
const processor = { onStart() {}, onEnd, forceFlush: done, shutdown: done };
const tracers = new TracerProvider({ spanProcessors: [processor] });
tracers.addSpanProcessor?.(processor);
trace.setGlobalTracerProvider(tracers);

class Reader extends MetricReader {
  onForceFlush = done;
  onShutdown = done;
}
const reader = new Reader();
const meters = new MeterProvider({ readers: [reader] });
meters.addMetricReader?.(reader);
metrics.setGlobalMeterProvider(meters);

const { store } = memoryObjectStore();
store
  .forUser("0190f5a0-0000-7000-8000-000000000001")
  .list()
  .then(() => reader.collect())
  .then(({ resourceMetrics }) => {
    const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    const counted = all.filter(({ dataPoints }) => dataPoints.length > 0);
    const names = counted.map(({ descriptor }) => descriptor.name);
    console.log(JSON.stringify({ spans, metrics: names }));
  });
`;
}
