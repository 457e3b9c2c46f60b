import { jestConfig } from "@repo/tooling/jest";

export default jestConfig({
  globalSetup: "<rootDir>/test/support/global-setup.js",
  globalTeardown: "<rootDir>/test/support/global-teardown.js",
});
