import ordinary from "./jest.config.js";

/** Against the Ceph that the environment names, with what local-s3 does not have. */
export default {
  ...ordinary,
  testMatch: ["<rootDir>/test/server.test.ts", "<rootDir>/test/ceph/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
};
