import type { Sabotage } from "../job.js";
import type { MediaSet } from "../site/media.js";
import type { Site } from "../site/site.js";
import type { Child } from "./child.js";

/** What a case is played with. */
export interface CaseParts {
  site: Site;
  media: MediaSet;
  child: Child;
  sabotage: Sabotage | undefined;
}
