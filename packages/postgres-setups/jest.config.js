import { jestConfig } from "@repo/tooling/jest";

/** Servers take seconds to start, so `test:servers` runs this and the ordinary tests do not. */
export default jestConfig({ verbose: true });
