import { errorMessage } from "../errors.js";
import { formatBytes } from "@repo/command-line/units";
import { formatDimensions } from "../reporting/format.js";
import type { KeptEvent } from "../reporting/events.js";
import type { DrawSound } from "./sound/draw-sound.js";
import type { SoundPicture } from "./sound/sound-picture.js";

/** How a card shows its media: as a data: URI, sounds with a picture; or not at all and why. */
export type Embedded = { dataUri: string; picture?: SoundPicture } | { omitted: string };

/** Bytes. A page of this size still opens on a phone. */
const MAX_TOTAL_BYTES = 16_000_000;
const MAX_FILE_BYTES = 2_000_000;
/** A few bytes of image may ask a browser for gigabytes of pixels. */
const MAX_PIXELS = 50_000_000;

/** Takes small media into the page, first come first served, until the page is large enough. */
export class MediaEmbedder {
  #bytesLeft = MAX_TOTAL_BYTES;

  constructor(
    private readonly drawSound: DrawSound,
    private readonly signal: AbortSignal,
  ) {}

  /** Reads the bytes back from the store. */
  async embed({ file, url }: KeptEvent): Promise<Embedded> {
    if (file.byteSize > MAX_FILE_BYTES) {
      return { omitted: `${formatBytes(file.byteSize)} is too much to embed.` };
    }
    if (file.kind === "image" && file.width * file.height > MAX_PIXELS) {
      return { omitted: `${formatDimensions(file)} pixels are too many to show.` };
    }
    if (file.byteSize > this.#bytesLeft) {
      return { omitted: "The page has no room left for this file." };
    }
    this.#bytesLeft -= file.byteSize;
    try {
      const response = await fetch(url, { signal: this.signal });
      if (!response.ok) return { omitted: `The signed URL answered ${response.status}.` };
      const bytes = Buffer.from(await response.arrayBuffer());
      const dataUri = `data:${file.contentType};base64,${bytes.toString("base64")}`;
      if (file.kind === "image") return { dataUri };
      return { dataUri, picture: await this.drawSound(file, bytes, this.signal) };
    } catch (error) {
      if (this.signal.aborted) throw error;
      return { omitted: `The signed URL could not be fetched: ${errorMessage(error)}.` };
    }
  }
}
