import { layer3FrameBytes, MPEG_HEADER_BYTES, sameStream } from "../audio/mpeg-frame.js";
import { SILENT_CHUNKS } from "../image/png-chunk.js";
import type { RecordFormat } from "./record-format.js";

/** Records that lie one behind the other, each of which tells its own length. */
export type RecordKind =
  /** Layer III frames of the stream to which this frame header belongs. */
  | { name: "mpeg-frame"; header: number }
  /** Chunks of a PNG that tell nothing behind its first IDAT chunk, as the others of those. */
  | { name: "png-chunk" };

export function recordFormat(kind: RecordKind): RecordFormat {
  if (kind.name === "png-chunk") return SILENT_CHUNKS;
  const { header: first } = kind;
  return {
    headerBytes: MPEG_HEADER_BYTES,
    sizeAt: (bytes, at) => {
      const header = bytes.getUint32(at);
      return sameStream(first, header) ? layer3FrameBytes(header) : 0;
    },
  };
}
