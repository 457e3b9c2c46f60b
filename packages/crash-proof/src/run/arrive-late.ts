import { readFile } from "node:fs/promises";

import type { S3Provider } from "@repo/s3-provider";

import type { Stage } from "../job.js";
import type { Call } from "../judgement/calls.js";

/** What an audit writes about a row whose object is missing. */
const LABEL = /^quarantine\/.*\.json$/;

/** What was under way to S3 arrives, after everybody has given it up. */
export async function arriveLate(
  s3: S3Provider,
  { large, small }: Stage,
  calls: readonly Call[],
  underWay: ReadonlySet<string>,
): Promise<void> {
  const sent = calls.flatMap(({ intent }) => (intent.do === "upload" ? [intent.sha256] : []));
  const media = [large, ...small].find(({ sha256 }) => sent.includes(sha256));
  for (const key of underWay) {
    if (LABEL.test(key)) {
      await s3.put({
        key,
        body: Buffer.from("{}"),
        byteLength: 2,
        contentType: "application/json",
      });
      continue;
    }
    if (media === undefined) throw new Error(`nobody knows what ${key} was to hold`);
    // A large body never left whole, as the server stopped reading it.
    if (media === large) continue;
    const body = await readFile(media.path);
    await s3.put({ key, body, byteLength: media.byteSize, contentType: "image/png" });
  }
}
