import type { KeptContent } from "../../tags/kept-content.js";
import type { LeadingTags } from "../../tags/leading-tags.js";
import type { StripPicture } from "./kept-tags.js";

/** What every plan of a sound is made from, besides its bytes. */
export interface AudioPlanOptions {
  /** Tags in front of the sound. */
  leading: LeadingTags;
  /** What is kept of all tags. */
  content: KeptContent;
  /** The file's first bytes, where they are an ID3v2 tag that may be one of ours; else none. */
  start: Buffer;
  stripPicture: StripPicture;
}
