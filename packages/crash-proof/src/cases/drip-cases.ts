import { announce, cancel, complete } from "./direct-acts.js";
import { mediaAt } from "./media-at.js";
import type { UseCase } from "./use-case.js";

/** A client that begins to send in time, and ends after everything was swept. */
export const DRIP_CASES: readonly UseCase[] = [
  {
    name: "direct upload at a drip",
    kinds: ["image"],
    files: 0,
    drips: true,
    meets: ["direct_upload_incomplete"],
    async run(props) {
      const media = mediaAt(props.stage.small, 0);
      const direct = await announce(props, media);
      if (direct?.put == null) return;
      await props.drip(direct.put, media);
      await complete(props, direct, media);
      await cancel(props, direct);
    },
  },
];
