import ordinary from "./jest.config.js";

const FOLDERS = ["integration", "behaviour", process.env["TEST_S3_SERVER"]];

/** Against the server that the environment names, with what only that server has: `test/ceph`. */
export default {
  ...ordinary,
  testMatch: FOLDERS.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
  testPathIgnorePatterns: ["/node_modules/"],
};
