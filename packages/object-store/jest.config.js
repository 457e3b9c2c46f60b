import { jestConfig } from "@repo/tooling/jest";

export default jestConfig({
  globalSetup: "<rootDir>/test/support/global-setup.js",
  globalTeardown: "<rootDir>/test/support/global-teardown.js",
  // They start servers of their own: see jest.servers.config.js.
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/servers/"],
  // Tests wait for deadlines and other processes much of the time.
  maxWorkers: 2,
  // Worker threads load their modules without jest: they run what was built.
  moduleNameMapper: {
    "/hashing-entry\\.js$": "<rootDir>/dist/upload/hashing-entry.js",
  },
});
