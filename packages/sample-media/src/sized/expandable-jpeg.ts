import { JPEG_MARKERS, jpegSegment, walkJpegSegments } from "../containers/jpeg-segments.js";
import { fillerBlock } from "../filler.js";
import { encoded } from "../images/image-sample.js";
import { drawnOpaque } from "../images/render.js";
import { sailboat } from "../scenes/sailboat.js";
import type { Expandable } from "./expandable.js";
import { evenParts } from "./parts.js";

/** Marker and length before the content of a segment. */
const SEGMENT_FRAME = 4;

/** The largest segment: the 16-bit length does not count the marker. */
const MAX_SEGMENT = 65_537;

/**
 * A progressive image that grows by comments before its last scan, where ITU-T T.81 (B.2.4)
 * allows them. The frame header stays near the start.
 */
export async function expandableJpeg(): Promise<Expandable> {
  const image = drawnOpaque(sailboat(), { width: 360, height: 310 });
  const file = await encoded(image.jpeg({ progressive: true }));
  const lastScan = [...walkJpegSegments(file)].findLast(
    ({ marker }) => marker === JPEG_MARKERS.startOfScan,
  );
  if (lastScan === undefined) throw new Error("The JPEG file has no scan.");
  return {
    minimumSize: file.length + SEGMENT_FRAME,
    *pieces(byteSize) {
      yield file.subarray(0, lastScan.start);
      for (const { index, size } of evenParts(byteSize - file.length, MAX_SEGMENT)) {
        yield jpegSegment(JPEG_MARKERS.comment, fillerBlock(size - SEGMENT_FRAME, index));
      }
      yield file.subarray(lastScan.start);
    },
  };
}
