import type { Connections } from "@repo/database";

import type { Layout } from "../layout.js";

/** The module's tables in one database. */
export interface Tables {
  readonly connections: Connections;
  readonly layout: Layout;
  /** Whether statements that change files write events. */
  readonly tells: boolean;
}
