import type { ByteCursor, Walk } from "../../byte-cursor.js";
import type { FormatWalk } from "../../inspect.js";
import type { AudioFormat } from "../../media-facts.js";
import { ID3V2_HEADER_BYTES, id3v2Header } from "../../tags/id3v2.js";
import { KeptContent, MAX_KEPT_PICTURE_BYTES } from "../../tags/kept-content.js";
import type { EditPlan, Privacy } from "../edit-plan.js";
import type { AudioPlanOptions } from "./audio-plan-options.js";
import { planFlac } from "./flac-plan.js";
import type { StripPicture } from "./kept-tags.js";
import { beginLocation, type PlacelessXmp } from "./location-plan.js";
import { planM4a } from "./m4a-plan.js";
import { planMp3 } from "./mp3-plan.js";
import { planWav } from "./wav-plan.js";

/** Of the tags that we write: a picture, texts and chapters. */
const MAX_OWN_TAG_BYTES = MAX_KEPT_PICTURE_BYTES + 1024 * 1024;

/** Plans a file of one format, from where its own bytes begin, behind the tags in front of it. */
type AudioPlanner = (
  source: ByteCursor,
  options: AudioPlanOptions,
  junkBytes: number,
) => Walk<EditPlan>;

const PLANNERS: Readonly<Record<AudioFormat, AudioPlanner>> = {
  mp3: planMp3,
  wav: planWav,
  flac: planFlac,
  m4a: planM4a,
};

/** How content is cleaned that a sound may hold. */
export interface AudioCleaning {
  stripPicture: StripPicture;
  placelessXmp: PlacelessXmp;
}

/**
 * Begins the plan of a file that may hold sound, from its first byte on: what stands in front of the sound is
 * kept as it passes. The walk that it gives goes on behind that.
 *
 * @throws InspectionError as an inspection does, and under `all` (`invalid_media`) where it is not certain what
 *   has to go
 */
export function* beginAudio(
  source: ByteCursor,
  privacy: Privacy,
  { stripPicture, placelessXmp }: AudioCleaning,
): Walk<FormatWalk<EditPlan>> {
  if (privacy === "location") return beginLocation(source, placelessXmp);
  const content = new KeptContent();
  source.kept = content;
  const start = yield* ownTag(source);
  return (_, format, leading, junkBytes) => {
    const options = { leading, content, start, stripPicture };
    return PLANNERS[format as AudioFormat](source, options, junkBytes);
  };
}

/** Copies the ID3v2 tag at the cursor if this planner may have written it; otherwise empty. */
function* ownTag(source: ByteCursor): Walk<Buffer> {
  const header = id3v2Header(yield* source.peek(ID3V2_HEADER_BYTES));
  const bytes = header === undefined ? 0 : ID3V2_HEADER_BYTES + header.bodyBytes;
  const isOwn = header?.version === 3 && header.flags === 0 && bytes <= MAX_OWN_TAG_BYTES;
  return yield* source.copy(isOwn ? bytes : 0);
}
