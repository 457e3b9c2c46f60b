import { jestConfig } from "@repo/tooling/jest";

export default jestConfig({
  globalSetup: "<rootDir>/test/support/global-setup.js",
  globalTeardown: "<rootDir>/test/support/global-teardown.js",
  // They need other servers: see jest.servers.config.js and jest.s3-server.config.js.
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/servers/", "<rootDir>/test/ceph/"],
  // Tests wait for deadlines and other processes much of the time.
  maxWorkers: 2,
  // Worker threads load their modules without jest: they run what was built.
  moduleNameMapper: {
    "/hashing-entry\\.js$": "<rootDir>/dist/upload/hashing-entry.js",
  },
});
