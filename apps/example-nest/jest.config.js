import { jestConfig } from "@repo/tooling/jest";

export default jestConfig();
