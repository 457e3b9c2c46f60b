import { jestConfig } from "@repo/tooling/jest";

export default jestConfig({
  // See jest.s3-server.config.js.
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/ceph/"],
});
