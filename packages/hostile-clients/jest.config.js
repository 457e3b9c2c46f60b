import { jestConfig } from "@repo/tooling/jest";

export default jestConfig({ testTimeout: 300_000 });
