import type { Bench } from "./bench.js";
import { largeByPath } from "./benches/large-by-path.js";
import { pages } from "./benches/pages.js";
import { presigning } from "./benches/presigning.js";
import { sweep } from "./benches/sweep.js";

/** Every benchmark, in the order in which they run. */
export const benches: readonly Bench[] = [largeByPath, sweep, pages, presigning];
