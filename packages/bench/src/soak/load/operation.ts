import type { MediaScope } from "@repo/object-store";

import type { OperationName } from "./operation-names.js";
import type { Shelf } from "./shelf.js";
import type { Sources } from "./sources.js";
import type { Tally } from "./tally.js";

/** What operations work on. */
export interface Site {
  readonly scope: MediaScope;
  readonly sources: Sources;
  readonly shelf: Shelf;
  readonly tally: Tally;
}

export interface Operation {
  readonly name: OperationName;
  /**
   * Does it once.
   *
   * @returns false when there was no file to do it with
   * @throws WrongHashError, and what the store throws
   */
  readonly run: (site: Site) => Promise<boolean>;
}
