import type { Readable } from "node:stream";

import type { PendingFile } from "../dto/pending-file.js";
import type { OwnerId } from "../owner-types.js";

/** What a hook is given besides. */
export interface GateContext {
  /** Aborted when nobody waits for the hook any more. */
  signal: AbortSignal;
}

/**
 * Decides about a file before anybody can see it, such as a virus scanner: it throws FileRefusedError to
 * refuse it, and returns to let it pass. It may be called again for a file, when an upload is repeated.
 *
 * @param openBytes opens the bytes as they will be served, each time anew; the stream fails with an
 *   `ObjectStoreError`, and ends with the hook
 */
export type BeforeReady<Id extends OwnerId = string> = (
  file: PendingFile<Id>,
  openBytes: () => Promise<Readable>,
  context: GateContext,
) => void | Promise<void>;
