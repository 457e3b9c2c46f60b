import { jestConfig } from "@repo/tooling/jest";

export default jestConfig({
  // Processes load their modules without jest: they run what was built.
  moduleNameMapper: { "/process-entry\\.js$": "<rootDir>/dist/process-entry.js" },
});
