import { createReadStream } from "node:fs";

import { ProcessPool, Spool } from "@repo/media-processing";

/** Something that makes WebP pictures of a JPEG in one process besides its own. */
export interface PictureMaker {
  /**
   * @param widths pixels
   * @returns the bytes of each picture
   */
  make(path: string, widths: readonly number[]): Promise<number[]>;
  readonly close: () => void;
}

export type OpenPictureMaker = () => PictureMaker;

const MAX_PIXELS = 64_000_000;

/** In which an upload takes a body. */
const BLOCK_BYTES = 768 * 1024;

/** Our processes, as an upload uses them: the bytes wait on disk, and the pictures come back. */
export const processMaker: OpenPictureMaker = () => {
  const pool = new ProcessPool({ processes: 1 });
  return {
    async make(path, widths) {
      const spool = await Spool.open();
      try {
        const blocks = createReadStream(path, { highWaterMark: BLOCK_BYTES });
        for await (const block of blocks) await spool.append(block as Uint8Array);
        const recipes = widths.map((width) => ({ width, format: "webp" }) as const);
        const data = {
          source: "jpeg",
          recipes,
          placeholder: false,
          maxPixels: MAX_PIXELS,
        } as const;
        const answer = await pool.run("render", data, spool, new AbortController().signal);
        if (!("pictures" in answer)) throw new Error("the picture could not be decoded");
        return answer.pictures.map(({ bytes }) => bytes.byteLength);
      } finally {
        await spool.close();
      }
    },
    close: () => {
      pool.end();
    },
  };
};
