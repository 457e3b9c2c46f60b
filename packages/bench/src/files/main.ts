// Prints which of our source files an upload of a small PNG, and its deletion, enter: those with a
// function that ran during the call, by V8's coverage.

import { Session } from "node:inspector/promises";

import { validSamples } from "@repo/sample-media";

import { startServices } from "../services/start-services.js";
import { openStore } from "../subjects/object-store.js";

const WARM_UPS = 3;

const services = await startServices(new Set(["postgres", "local-s3"]), undefined);
const png = (await validSamples()).find(({ name }) => name === "coral-pixel.png");
if (png === undefined) throw new Error("the sample is missing");
const session = new Session();
session.connect();
const store = await openStore(services.addresses, "local-s3");
try {
  const upload = () => store.scope.images.upload({ body: png.bytes });
  for (let turn = 0; turn < WARM_UPS; turn += 1)
    await store.scope.images.delete(await idOf(upload));
  let id = "";
  const uploaded = await filesEntered(async () => {
    id = await idOf(upload);
  });
  const deleted = await filesEntered(() => store.scope.images.delete(id));
  print("upload of a small PNG", uploaded);
  print("deletion", deleted);
} finally {
  session.disconnect();
  await store.close();
  await services.stop();
}

async function idOf(upload: () => Promise<{ file: { id: string } }>): Promise<string> {
  return (await upload()).file.id;
}

async function filesEntered(call: () => Promise<unknown>): Promise<string[]> {
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  // What ran before does not count.
  await session.post("Profiler.takePreciseCoverage");
  await call();
  const { result } = await session.post("Profiler.takePreciseCoverage");
  await session.post("Profiler.stopPreciseCoverage");
  return result
    .filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0))
    .map(({ url }) => /\/packages\/((?!bench|local-)[\w-]+\/dist\/.*)\.js$/.exec(url)?.[1] ?? "")
    .filter((file) => file !== "")
    .sort();
}

function print(what: string, files: readonly string[]): void {
  process.stdout.write(`${what}: ${files.length} files\n  ${files.join("\n  ")}\n`);
}
