import { readFile } from "node:fs/promises";

import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { S3Provider } from "@repo/s3-provider";

import { pieces, sha256 } from "../support/bytes.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { services } from "../support/services.js";
import { coverImages } from "./example.js";
import { migrate } from "./migrate.js";
import { sweep } from "./sweep.js";

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(async () => {
  await harness.close();
});

it.each(["example.ts", "migrate.ts", "sweep.ts"])("shows %s as it is run here", async (name) => {
  const source = await readFile(new URL(name, import.meta.url), "utf8");
  const readme = await readFile(new URL("../../../../README.md", import.meta.url), "utf8");
  expect(readme).toContain(`\`\`\`ts\n${source}\`\`\``);
});

it("finds nothing to migrate in a database that is up to date", async () => {
  expect(await migrate(harness.databaseUrl)).toEqual([]);
});

it("sweeps", async () => {
  const { database, s3 } = harness;
  expect(await sweep({ database, s3 })).toBe("0 files removed, 0 left for the next sweep");
});

it("stores an image and gives a URL that shows it", async () => {
  const { endpoint, region, accessKeyId, secretAccessKey } = services().s3;
  const s3 = {
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  };
  const bucket = new S3Provider({ bucket: "media", client: s3 });
  await bucket.ensureBucket();
  bucket.destroy();

  const userId = await harness.addUser();
  const { bytes, expect: facts } = await sampleOf("jpeg");
  const setCover = coverImages({ databaseUrl: harness.databaseUrl, s3 });
  const cover = await setCover(userId, pieces(bytes, 10_000));

  expect(facts).toMatchObject({ width: cover.width, height: cover.height });
  const response = await fetch(cover.url);
  expect(sha256(new Uint8Array(await response.arrayBuffer()))).toBe(sha256(bytes));
  expect((await harness.store.forUser(userId).images.get(cover.id)).id).toBe(cover.id);
});
