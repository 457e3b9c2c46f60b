import { errorMessage } from "../errors.js";
import { formatBytes } from "@repo/command-line/units";
import { formatDimensions } from "../reporting/format.js";
import type { KeptEvent } from "../reporting/events.js";
import type { DrawSound } from "./sound/draw-sound.js";
import type { SoundPicture } from "./sound/sound-picture.js";
import type { FindThumbnail } from "./thumbnails.js";

/** How a card shows its media: as a data: URI, sounds with a picture; or not at all and why. */
export type Embedded = { dataUri: string; picture?: SoundPicture } | { omitted: string };

/** Bytes. A page of this size still opens on a phone. */
const MAX_TOTAL_BYTES = 16_000_000;
const MAX_FILE_BYTES = 2_000_000;
/** A few bytes of image may ask a browser for gigabytes of pixels. */
const MAX_PIXELS = 50_000_000;

const FULL: Embedded = { omitted: "The page has no room left for this file." };

/** Takes small media into the page, first come first served, until the page is large enough. */
export class MediaEmbedder {
  #bytesLeft = MAX_TOTAL_BYTES;
  /** No more thumbnails are made then. */
  #isFull = false;

  constructor(
    private readonly findThumbnail: FindThumbnail,
    private readonly drawSound: DrawSound,
    private readonly signal: AbortSignal,
  ) {}

  /** Reads the bytes back from the store: of an image, its thumbnail if there can be one. */
  async embed({ file, url }: KeptEvent): Promise<Embedded> {
    if (this.#isFull) return FULL;
    try {
      const isImage = file.kind === "image";
      const thumbnail = isImage ? await this.findThumbnail(file, this.signal) : undefined;
      const { byteSize, contentType } = thumbnail ?? file;
      if (byteSize > MAX_FILE_BYTES) {
        return { omitted: `${formatBytes(byteSize)} is too much to embed.` };
      }
      if (isImage && thumbnail === undefined && file.width * file.height > MAX_PIXELS) {
        return { omitted: `${formatDimensions(file)} pixels are too many to show.` };
      }
      this.#isFull = byteSize > this.#bytesLeft;
      if (this.#isFull) return FULL;
      this.#bytesLeft -= byteSize;
      const response = await fetch(thumbnail?.url ?? url, { signal: this.signal });
      if (!response.ok) return { omitted: `The signed URL answered ${response.status}.` };
      const bytes = Buffer.from(await response.arrayBuffer());
      const dataUri = `data:${contentType};base64,${bytes.toString("base64")}`;
      if (isImage) return { dataUri };
      return { dataUri, picture: await this.drawSound(file, bytes, this.signal) };
    } catch (error) {
      if (this.signal.aborted) throw error;
      return { omitted: `The signed URL could not be fetched: ${errorMessage(error)}.` };
    }
  }
}
