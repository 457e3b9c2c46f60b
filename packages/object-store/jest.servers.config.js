import ordinary from "./jest.config.js";

/** On PostgreSQL as it is run in production: replicated, failing over, behind a pooler. */
export default {
  ...ordinary,
  testMatch: ["<rootDir>/test/servers/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
  // Each file starts servers of its own.
  maxWorkers: 1,
  verbose: true,
};
