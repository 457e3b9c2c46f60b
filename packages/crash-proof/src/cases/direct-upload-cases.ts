import type { DirectUpload } from "@repo/object-store";

import type { Media } from "../job.js";
import { inTransaction, remove } from "./acts.js";
import { announce, cancel, complete, send } from "./direct-acts.js";
import { mediaAt } from "./media-at.js";
import type { Props, UseCase } from "./use-case.js";

/** Milliseconds that a caller waits for somebody else's completion. */
const PATIENCE = 5_000;

/** Files that clients send to S3 themselves. Little differs between the kinds: each case has one. */
export const DIRECT_UPLOAD_CASES: readonly UseCase[] = [
  {
    name: "direct upload",
    kinds: ["image"],
    files: 0,
    afterwards: "complete again",
    run: (props) =>
      whenSent(props, small(props), (direct) => complete(props, direct, small(props))),
  },
  {
    name: "direct upload in parts",
    kinds: ["audio"],
    files: 0,
    oneIn: 4,
    async run(props) {
      const media = mediaAt(props.stage.large, 0);
      await whenSent(props, media, (direct) => complete(props, direct, media), {
        multipart: true,
      });
    },
  },
  {
    name: "direct upload in a transaction",
    kinds: ["image"],
    files: 0,
    oneIn: 4,
    run: (props) =>
      whenSent(props, small(props), (direct) =>
        inTransaction(props, "commit", async (transaction) => {
          await complete(props, direct, small(props), { transaction });
          // Once more, as who has not heard the answer does: it is the same file.
          await complete(props, direct, small(props), { transaction });
        }),
      ),
  },
  {
    name: "direct upload in a transaction, rolled back and completed again",
    kinds: ["audio"],
    files: 0,
    oneIn: 4,
    afterwards: "complete again",
    run: (props) =>
      whenSent(props, small(props), async (direct) => {
        await inTransaction(props, "roll back", (transaction) =>
          complete(props, direct, small(props), { transaction }),
        );
        // Whose claim was not given back is waited for, but not for as long as that may last.
        const signal = AbortSignal.timeout(PATIENCE);
        await complete(props, direct, small(props), { signal });
      }),
  },
  {
    name: "direct upload, refused in a transaction with delete",
    kinds: ["audio"],
    files: 1,
    oneIn: 4,
    meets: ["checksum_mismatch"],
    async run(props) {
      const sha256 = "0".repeat(64);
      const inTheSame = (direct: DirectUpload): Promise<void> =>
        inTransaction(props, "commit", async (transaction) => {
          await remove(props, 0, transaction);
          await complete(props, direct, { ...small(props), sha256 }, { transaction });
        });
      await whenSent(props, small(props), inTheSame, { sha256 });
    },
  },
  {
    name: "direct upload, cancelled",
    kinds: ["image"],
    files: 0,
    run: (props) =>
      whenSent(props, small(props), async (direct) => {
        await cancel(props, direct);
        // The URL works until it expires.
        await send(props, direct, small(props));
      }),
  },
];

function small({ stage }: Props): Media {
  return mediaAt(stage.small, 0);
}

/** A client that could not send its file asks for nothing more. */
export async function whenSent(
  props: Props,
  media: Media,
  next: (direct: DirectUpload) => Promise<void>,
  { multipart, sha256 = media.sha256 }: { multipart?: boolean; sha256?: string } = {},
): Promise<void> {
  const options = multipart === undefined ? {} : { multipart };
  const direct = await announce(props, { ...media, sha256 }, options);
  if (direct !== undefined && (await send(props, direct, media))) await next(direct);
}
