import { jestConfig } from "@repo/tooling/jest";

export default jestConfig({
  // See jest.ceph.config.js.
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/ceph/"],
});
