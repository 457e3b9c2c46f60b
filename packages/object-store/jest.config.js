import { jestConfig } from "@repo/tooling/jest";

export default jestConfig({
  globalSetup: "<rootDir>/test/support/global-setup.js",
  globalTeardown: "<rootDir>/test/support/global-teardown.js",
  // A worker thread loads its modules without jest: it runs what was built.
  moduleNameMapper: {
    "/worker-entry\\.js$": "<rootDir>/dist/inspection/isolation/worker-entry.js",
  },
});
