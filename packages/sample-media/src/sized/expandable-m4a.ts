import { encodeM4a } from "../audio/encode-m4a.js";
import { melody, shaped } from "../audio/signals.js";
import { viewOf } from "../bytes.js";
import { walkMp4Boxes } from "../containers/mp4-boxes.js";
import { filler } from "../filler.js";
import type { Expandable } from "./expandable.js";

/** Writes the size into the box's header, in the field that the header uses. */
function setBoxSize(header: Uint8Array, size: number): void {
  const view = viewOf(header);
  if (header.length === 16) view.setBigUint64(8, BigInt(size));
  else view.setUint32(0, size);
}

/**
 * Grows at the end of its media data by bytes that no track refers to.
 *
 * @param moov whether the movie box comes before the media data or behind it
 */
export async function expandableM4a(moov: "start" | "end"): Promise<Expandable> {
  const recipe = {
    signal: shaped(melody([57, 64, 69, 73, 76], 0.4), 2),
    duration: 2,
    sampleRate: 44_100,
    channels: 2,
    bitrate: 128_000,
    tags: { title: "Long wait" },
  };
  const { bytes } = await encodeM4a(recipe, { moov, brand: "M4A " });
  const mdat = [...walkMp4Boxes(bytes)].find(({ type }) => type === "mdat");
  if (mdat === undefined) throw new Error("The M4A file has no media data.");
  return {
    minimumSize: bytes.length,
    *pieces(byteSize) {
      const growth = byteSize - bytes.length;
      const header = bytes.slice(mdat.start, mdat.contentStart);
      setBoxSize(header, mdat.end - mdat.start + growth);
      yield bytes.subarray(0, mdat.start);
      yield header;
      yield bytes.subarray(mdat.contentStart, mdat.end);
      yield* filler(growth);
      yield bytes.subarray(mdat.end);
    },
  };
}
