import type { DirectRequest } from "@repo/object-store";

import type { Job, Media, Step } from "./job.js";

/** From the parent to a child. */
export type ToChild = { readonly type: "job"; readonly job: Job } | { readonly type: "go" };

/** From a child to the parent. */
export type FromChild =
  | { readonly type: "ready" }
  /** The child waits for `go`. */
  | { readonly type: "holding" }
  /** The child waits for `go`; another client is to have begun to send a file by then. */
  | { readonly type: "drip"; readonly request: DirectRequest; readonly media: Media }
  /** The use case is over. */
  | { readonly type: "ended"; readonly steps: readonly Step[]; readonly storageCalls: number };
