import { fileURLToPath } from "node:url";

/** The script `test`, as all packages run it one after the other; jest run by hand tells more. */
const isTestScript = process.env["npm_lifecycle_event"] === "test";

/**
 * The jest preset of every package: TypeScript sources as native ES modules, with the decorator
 * metadata that sequelize-typescript and class-validator read.
 *
 * @param {import("jest").Config} [overrides]
 * @returns {import("jest").Config}
 */
export function jestConfig(overrides = {}) {
  // Otherwise each process prints that the AWS SDK will need a newer Node.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  return {
    ...(isTestScript && {
      reporters: [fileURLToPath(new URL("./jest-summary.js", import.meta.url))],
    }),
    testEnvironment: "node",
    testMatch: ["<rootDir>/test/**/*.test.ts"],
    // Generous: a busy machine is no failure, and nothing here asserts on time.
    testTimeout: 60_000,
    extensionsToTreatAsEsm: [".ts"],
    resolver: fileURLToPath(new URL("./jest-resolver.cjs", import.meta.url)),
    setupFilesAfterEnv: [fileURLToPath(new URL("./jest-bytes.js", import.meta.url))],
    transform: {
      "^.+\\.ts$": [
        fileURLToPath(import.meta.resolve("@swc/jest")),
        {
          jsc: {
            target: "es2023",
            keepClassNames: true,
            parser: { syntax: "typescript", decorators: true },
            transform: { legacyDecorator: true, decoratorMetadata: true },
          },
          module: { type: "es6" },
        },
      ],
    },
    ...overrides,
  };
}
