import { ProcessPool } from "@repo/media-processing";

import { VerifiedInspection } from "./decoding/verified-inspection.js";
import { type InspectionLimits, resolveLimits } from "./inspection-limits.js";
import type { Inspector } from "./inspection.js";
import { InspectionPool } from "./isolation/inspection-pool.js";
import type { IsolationOptions } from "./isolation/isolation-options.js";

/** Where untrusted bytes are read. */
export interface Isolation {
  parsers: InspectionPool;
  decoders: ProcessPool;
}

export function isolationWith(options: IsolationOptions): Isolation {
  const { decoders, decodeSeconds, maxDecodeMegabytes } = options;
  return {
    parsers: new InspectionPool(options),
    decoders: new ProcessPool({
      processes: decoders,
      seconds: decodeSeconds,
      maxMegabytes: maxDecodeMegabytes,
    }),
  };
}

/** Ends its threads and processes; what is under way in them fails. */
export async function endIsolation({ parsers, decoders }: Isolation): Promise<void> {
  decoders.end();
  await parsers.end();
}

let shared: Isolation | undefined;

/** That of this process, for all who asked for no bounds of their own. */
export function sharedIsolation(): Isolation {
  return (shared ??= isolationWith({}));
}

/** An inspector with these limits that works in isolation. */
export function isolatedInspector(
  { parsers, decoders }: Isolation,
  limits: Partial<InspectionLimits> = {},
): Inspector {
  const { maxPixels } = resolveLimits(limits);
  const inspector = parsers.inspector(limits);
  return {
    open: (verification = "metadata") =>
      verification === "metadata"
        ? inspector.open()
        : new VerifiedInspection(inspector.open(), decoders, maxPixels),
  };
}
