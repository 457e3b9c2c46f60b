import type { Bench } from "./bench.js";
import { beside } from "./benches/beside.js";
import { duration } from "./benches/duration.js";
import { events } from "./benches/events.js";
import { largeAsStream } from "./benches/large-as-stream.js";
import { largeAtOnce } from "./benches/large-at-once.js";
import { largeByPath } from "./benches/large-by-path.js";
import { pages } from "./benches/pages.js";
import { presigning } from "./benches/presigning.js";
import { privacy } from "./benches/privacy.js";
import { quotas } from "./benches/quotas.js";
import { smallFiles } from "./benches/small-files.js";
import { sweep } from "./benches/sweep.js";
import { variants } from "./benches/variants.js";

/** Every benchmark, in the order in which they run. */
export const benches: readonly Bench[] = [
  largeByPath,
  largeAsStream,
  largeAtOnce,
  smallFiles,
  beside,
  duration,
  sweep,
  pages,
  presigning,
  variants,
  privacy,
  quotas,
  events,
];
