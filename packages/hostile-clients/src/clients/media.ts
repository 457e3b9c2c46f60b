import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

import { sizedMedia } from "@repo/sample-media";

/** A picture that honest clients send, and others a part of. */
export interface Picture {
  readonly bytes: Buffer;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Most are small; some do not fit into one part of a multipart upload. */
const SIZES = [
  ["png", 40_000],
  ["jpeg", 60_000],
  ["webp", 120_000],
  ["gif", 300_000],
  ["png", 700_000],
  ["jpeg", 1_500_000],
  ["png", 5_500_000],
] as const;

export async function somePictures(): Promise<Picture[]> {
  return Promise.all(
    SIZES.map(async ([format, byteSize]) => {
      const bytes = await buffer(Readable.from(sizedMedia(format, byteSize)));
      return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
    }),
  );
}
