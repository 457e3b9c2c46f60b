import ordinary from "./jest.config.js";

/** Against the server that the environment names, with what only that server has: `test/ceph`. */
export default {
  ...ordinary,
  testMatch: [
    "<rootDir>/test/server.test.ts",
    `<rootDir>/test/${process.env["TEST_S3_SERVER"]}/*.test.ts`,
  ],
  testPathIgnorePatterns: ["/node_modules/"],
};
