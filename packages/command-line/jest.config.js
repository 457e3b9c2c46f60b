import { jestConfig } from "@repo/tooling/jest";

export default jestConfig({ testTimeout: 30_000 });
