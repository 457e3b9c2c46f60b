import ordinary from "./jest.config.js";

const FOLDERS = ["integration", "behaviour", "ceph"];

/** Against the Ceph that the environment names, with what local-s3 does not have. */
export default {
  ...ordinary,
  testMatch: FOLDERS.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
  testPathIgnorePatterns: ["/node_modules/"],
};
