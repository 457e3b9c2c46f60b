import type { CoverFacts } from "../media-facts.js";
import type { KeptContent } from "./kept-content.js";

/** ID3v2.4.0 frames, 4.14; FLAC uses the same numbers. */
const FRONT_COVER = 3;
const MAX_TYPE_CHARACTERS = 100;

/** Chooses the first front cover among the pictures of a file, or else the first picture. */
export class CoverChoice {
  #cover: CoverFacts | undefined;
  #isFront = false;

  /** @param kept where the bytes of the cover go, if they are kept */
  constructor(private readonly kept?: KeptContent) {}

  /** Undefined while there was no picture. */
  get cover(): CoverFacts | undefined {
    return this.#cover;
  }

  /**
   * @param pictureType as numbered in ID3v2; a front cover where the format has no types
   * @param bytes of the picture, as many as were read
   */
  offer(
    { contentType, byteSize }: CoverFacts,
    pictureType = FRONT_COVER,
    bytes?: Uint8Array,
  ): void {
    const isFront = pictureType === FRONT_COVER;
    if (byteSize < 1 || (this.#cover !== undefined && (this.#isFront || !isFront))) return;
    this.#cover = { contentType, byteSize };
    if (bytes?.length === byteSize) this.kept?.keepPicture(this.#cover, bytes);
    this.#isFront = isFront;
  }
}

/**
 * A declared content type in lower case. `JPG` and `PNG` stand for `image/jpeg` and `image/png`, as in
 * ID3v2.2; null where it is no content type.
 */
export function contentTypeOf(declared: string): string | null {
  const type = declared.trim().toLowerCase();
  if (type === "jpg") return "image/jpeg";
  if (/^[a-z0-9]{3,4}$/.test(type)) return `image/${type}`;
  return type.length <= MAX_TYPE_CHARACTERS && /^[!-.0-~]+\/[!-.0-~]+$/.test(type) ? type : null;
}
