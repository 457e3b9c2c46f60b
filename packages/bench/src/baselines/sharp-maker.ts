import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { OpenPictureMaker } from "../subjects/picture-maker.js";

export interface SharpOrder {
  path: string;
  /** Pixels. */
  widths: readonly number[];
  /**
   * `separate` decodes the original for each picture; `full size first` makes all of them from a JPEG of
   * its size that was turned upright, as Payload does.
   */
  way: "separate" | "full size first";
}

const MODULE = fileURLToPath(new URL("sharp-process.js", import.meta.url));

/** sharp alone, in a process that does nothing else. */
export function sharpMaker(way: SharpOrder["way"]): OpenPictureMaker {
  return () => {
    const child = fork(MODULE, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    return {
      async make(path, widths) {
        child.send({ path, widths, way } satisfies SharpOrder);
        const [answer] = (await once(child, "message")) as [
          { sizes: number[] } | { error: string },
        ];
        if ("error" in answer) throw new Error(answer.error);
        return answer.sizes;
      },
      close: () => {
        child.kill();
      },
    };
  };
}
