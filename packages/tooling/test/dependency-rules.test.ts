import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { dependencyRules } from "../src/dependency-rules.js";

const OXLINT = new URL("../node_modules/.bin/oxlint", import.meta.url).pathname;
const CONFIG = JSON.stringify({
  plugins: ["typescript", "node"],
  categories: { correctness: "off" },
  overrides: dependencyRules,
});

const ENVIRONMENT = `export const url = process.env.DATABASE_URL;`;

const refused: [string, string, string][] = [
  [
    "a part of object-store in a test of its public face",
    "packages/object-store/test/integration/x.test.ts",
    `import "../../src/repo/image-repo.js";`,
  ],
  ["object-store from the database", "packages/database/src/x.ts", `import "@repo/object-store";`],
  ["local-s3 from the product", "packages/object-store/src/x.ts", `import "@repo/local-s3";`],
  [
    "local-services' processes from the product",
    "packages/database/src/x.ts",
    `import "@repo/local-services/processes";`,
  ],
  [
    "the product from postgres-setups",
    "packages/postgres-setups/src/x.ts",
    `import "@repo/object-store";`,
  ],
  [
    "the AWS SDK outside s3-provider",
    "packages/object-store/src/x.ts",
    `import "@aws-sdk/client-s3";`,
  ],
  ["the AWS SDK in an app", "apps/seed-runner/src/x.ts", `import "@aws-sdk/client-s3";`],
  ["sharp in object-store", "packages/object-store/src/upload/x.ts", `import "sharp";`],
  ["music-metadata in an app", "apps/seed-runner/src/x.ts", `import "music-metadata";`],
  [
    "music-metadata in object-store",
    "packages/object-store/src/upload/x.ts",
    `import "music-metadata";`,
  ],
  [
    "object-store from media-processing",
    "packages/media-processing/src/x.ts",
    `import "@repo/object-store";`,
  ],
  [
    "object-store from media-inspection",
    "packages/media-inspection/src/x.ts",
    `import "@repo/object-store";`,
  ],
  [
    "media-processing from media-inspection",
    "packages/media-inspection/src/x.ts",
    `import "@repo/media-processing";`,
  ],
  [
    "media-inspection from a feature",
    "packages/user-avatars/src/x.ts",
    `import "@repo/media-inspection";`,
  ],
  [
    "maintenance from a feature",
    "packages/user-avatars/src/x.ts",
    `import "@repo/object-store/maintenance";`,
  ],
  [
    "the product from the client in browsers",
    "packages/direct-upload-client/src/x.ts",
    `import "@repo/object-store";`,
  ],
  [
    "the client in browsers from object-store",
    "packages/object-store/src/x.ts",
    `import "@repo/direct-upload-client";`,
  ],
  ["S3 from a feature", "packages/user-avatars/src/x.ts", `import "@repo/s3-provider";`],
  ["a feature from object-store", "packages/object-store/src/x.ts", `import "@repo/user-avatars";`],
  [
    "a model outside models and repo",
    "packages/object-store/src/service/x.ts",
    `import { ImageModel } from "../models/image.model.js"; new ImageModel();`,
  ],
  ["the environment in packages", "packages/object-store/src/x.ts", ENVIRONMENT],
];

const allowed: [string, string, string][] = [
  [
    "the public face in a test",
    "packages/object-store/test/behaviour/x.ts",
    `import "../../src/maintenance.js";`,
  ],
  [
    "a part in its own test",
    "packages/object-store/test/parts/x.test.ts",
    `import "../../src/repo/image-repo.js";`,
  ],
  ["object-store from a feature", "packages/user-avatars/src/x.ts", `import "@repo/object-store";`],
  ["the database from object-store", "packages/object-store/src/x.ts", `import "@repo/database";`],
  ["the AWS SDK in s3-provider", "packages/s3-provider/src/x.ts", `import "@aws-sdk/client-s3";`],
  ["sharp in media-processing", "packages/media-processing/src/jobs/x.ts", `import "sharp";`],
  [
    "music-metadata in media-processing",
    "packages/media-processing/src/jobs/x.ts",
    `import "music-metadata";`,
  ],
  ["music-metadata in bench", "packages/bench/src/x.ts", `import "music-metadata";`],
  [
    "music-metadata in a test",
    "packages/media-inspection/test/x.test.ts",
    `import "music-metadata";`,
  ],
  [
    "media-processing from object-store",
    "packages/object-store/src/x.ts",
    `import "@repo/media-processing";`,
  ],
  [
    "media-inspection from object-store",
    "packages/object-store/src/x.ts",
    `import "@repo/media-inspection";`,
  ],
  ["object-store from an app", "apps/seed-runner/src/x.ts", `import "@repo/object-store";`],
  [
    "a model in a repo",
    "packages/object-store/src/repo/x.ts",
    `import "../models/image.model.js";`,
  ],
  [
    "a model's type in a service",
    "packages/object-store/src/service/x.ts",
    `import type { A } from "../models/a.js";`,
  ],
  ["the environment in apps", "apps/seed-runner/src/x.ts", ENVIRONMENT],
];

let folder: string;
/** The rules that each file breaks, by its path. */
let broken: Map<string, string[]>;

/** Each case in a folder of its own, which stands for the repository. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dependency-rules-"));
  for (const [what, file, code] of [...refused, ...allowed]) {
    const path = join(folder, what, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, code);
    await writeFile(join(folder, what, ".oxlintrc.json"), CONFIG);
  }
  broken = await violations();
});

afterAll(() => rm(folder, { recursive: true }));

async function violations(): Promise<Map<string, string[]>> {
  const report = await new Promise<string>((resolve) => {
    execFile(OXLINT, ["--format", "json"], { cwd: folder }, (_error, stdout) => {
      resolve(stdout);
    });
  });
  const { diagnostics } = JSON.parse(report) as {
    diagnostics: { code: string; filename: string }[];
  };
  const found = new Map<string, string[]>();
  for (const { code, filename } of diagnostics) {
    found.set(filename, [...(found.get(filename) ?? []), code]);
  }
  return found;
}

describe("the dependency rules", () => {
  it.each(refused)("refuse %s", (what, file, code) => {
    const rule = code === ENVIRONMENT ? "node(no-process-env)" : "eslint(no-restricted-imports)";
    expect(broken.get(join(what, file))).toEqual([rule]);
  });

  it.each(allowed)("allow %s", (what, file) => {
    expect(broken.get(join(what, file))).toBeUndefined();
  });
});
