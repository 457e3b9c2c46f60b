import { describe, expect, it } from "@jest/globals";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";

import { dependencyRules } from "../src/dependency-rules.js";

const eslint = new ESLint({
  cwd: new URL("../../..", import.meta.url).pathname,
  overrideConfigFile: true,
  overrideConfig: [
    { files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } },
    ...dependencyRules,
  ],
});

async function violations(filePath: string, code: string): Promise<string[]> {
  const results = await eslint.lintText(code, { filePath });
  return results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId ?? "parse error"));
}

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
  ["S3 from a feature", "packages/user-avatars/src/x.ts", `import "@repo/s3-provider";`],
  ["a feature from object-store", "packages/object-store/src/x.ts", `import "@repo/user-avatars";`],
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
];

describe("the dependency rules", () => {
  it.each(refused)("refuse %s", async (_what, file, code) => {
    expect(await violations(file, code)).toEqual(["no-restricted-imports"]);
  });

  it.each(allowed)("allow %s", async (_what, file, code) => {
    expect(await violations(file, code)).toEqual([]);
  });

  it("refuse a model outside models and repo", async () => {
    const code = `import { ImageModel } from "../models/image.model.js"; new ImageModel();`;
    expect(await violations("packages/object-store/src/service/x.ts", code)).toEqual([
      "no-restricted-syntax",
    ]);
  });

  it("refuse the environment in packages and allow it in apps", async () => {
    const code = `export const url = process.env.DATABASE_URL;`;
    expect(await violations("packages/object-store/src/x.ts", code)).toEqual([
      "no-restricted-syntax",
    ]);
    expect(await violations("apps/seed-runner/src/x.ts", code)).toEqual([]);
  });
});
