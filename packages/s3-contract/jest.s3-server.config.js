import { jestConfig } from "@repo/tooling/jest";

/** Against the server that the environment names, so no part of the ordinary tests. */
export default jestConfig({
  testMatch: ["<rootDir>/test/server/*.server.ts"],
  verbose: true,
});
