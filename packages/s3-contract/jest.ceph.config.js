import { jestConfig } from "@repo/tooling/jest";

/** Against the Ceph that the environment names, so no part of the ordinary tests. */
export default jestConfig({
  testMatch: ["<rootDir>/test/ceph/*.ceph.ts"],
  verbose: true,
});
