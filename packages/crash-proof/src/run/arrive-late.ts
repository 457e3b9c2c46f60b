import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";

import { S3NotFoundError, type S3Provider } from "@repo/s3-provider";

import { mediaAt } from "../cases/media-at.js";
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
  if (large.some((media) => [media, media.stripped].some(({ sha256 }) => sent.includes(sha256)))) {
    return;
  }
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
    // A request that was repeated with success had the same bytes.
    const body = (await bytesOf(s3, key)) ?? (await readFile(mediaAt(small, 0).path));
    await s3.put({ key, body, byteLength: body.length, contentType: "image/png" });
  }
}

async function bytesOf(s3: S3Provider, key: string): Promise<Buffer | undefined> {
  try {
    const { body } = await s3.get(key);
    return await buffer(body);
  } catch (error) {
    if (error instanceof S3NotFoundError) return undefined;
    throw error;
  }
}
