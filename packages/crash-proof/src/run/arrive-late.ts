import { readFile } from "node:fs/promises";

import type { S3Provider } from "@repo/s3-provider";

import type { Stage } from "../job.js";
import type { Call } from "../judgement/calls.js";

/** What an audit writes about a row whose object is missing. */
const LABEL = /^quarantine\/.*\.json$/;

const VARIANT = /^variants\//;

/** What was under way to S3 arrives, after everybody has given it up. */
export async function arriveLate(
  s3: S3Provider,
  { large, small }: Stage,
  calls: readonly Call[],
  underWay: ReadonlySet<string>,
): Promise<void> {
  const sent = calls.flatMap(({ intent }) =>
    intent.do === "upload" || intent.do === "send" ? [intent.sha256] : [],
  );
  // A large body never left whole, as the server stopped reading it.
  if (large.some(({ sha256 }) => sent.includes(sha256))) return;
  const media = small.find(({ sha256 }) => sent.includes(sha256));
  for (const key of underWay) {
    if (LABEL.test(key)) {
      const body = Buffer.from("{}");
      await s3.put({ key, body, byteLength: body.length, contentType: "application/json" });
      continue;
    }
    if (VARIANT.test(key)) {
      const body = Buffer.from("a picture");
      await s3.put({ key, body, byteLength: body.length, contentType: "image/webp" });
      continue;
    }
    if (media === undefined) throw new Error(`nobody knows what ${key} was to hold`);
    const body = await readFile(media.path);
    await s3.put({ key, body, byteLength: media.byteSize, contentType: "image/png" });
  }
}
