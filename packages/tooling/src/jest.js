import { fileURLToPath } from "node:url";

/**
 * The jest preset of every package: TypeScript sources as native ES modules, with the decorator
 * metadata that sequelize-typescript and class-validator read.
 *
 * @param {import("jest").Config} [overrides]
 * @returns {import("jest").Config}
 */
export function jestConfig(overrides = {}) {
  return {
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
