import type { CoverFacts } from "../media-facts.js";

/** A larger picture is not kept. */
export const MAX_KEPT_PICTURE_BYTES = 8 * 1024 * 1024;
/** iTunes: delay, padding and length of the sound, in hexadecimal digits. */
const GAPLESS = /^[ 0-9A-Fa-f]{1,256}$/;

/** What of a file's tags is kept besides their facts, for a plan that writes tags anew. */
export class KeptContent {
  readonly #pictures = new WeakMap<CoverFacts, Uint8Array>();
  #gapless: string | undefined;

  /** The value of iTunes' `iTunSMPB`, without which an AAC or MP3 of its own gets a gap. */
  get gapless(): string | undefined {
    return this.#gapless;
  }

  keepGapless(value: string | undefined): void {
    if (value !== undefined && GAPLESS.test(value)) this.#gapless ??= value;
  }

  keepPicture(cover: CoverFacts, bytes: Uint8Array): void {
    this.#pictures.set(cover, bytes);
  }

  /** The bytes of a cover; undefined where it was too large, or stored in a way that is not undone. */
  picture(cover: CoverFacts): Uint8Array | undefined {
    return this.#pictures.get(cover);
  }
}
