import { execFile } from "node:child_process";
import { createHash } from "node:crypto";

import { parseBuffer } from "music-metadata";
import sharp from "sharp";

/**
 * What a file shows or plays, as others decode it: of an image all frames with profile and timing, of a sound its
 * samples, without the delay and padding of its encoder, and its cover. Undefined is what they cannot decode.
 */
export async function contentOf(facts, bytes, path) {
  const { kind, format, pages } = facts;
  if (kind === "audio") {
    const [samples] = await ffmpeg(path, ["-map", "0:a:0", "-c:a", "pcm_f64le", "-f", "md5"]);
    const cover = await coverOf(facts, bytes);
    return { samples, cover: cover && (await pixelsOf(cover)) };
  }
  const image = await pixelsOf(bytes);
  // sharp decodes the first frame of an animated PNG alone.
  const isAnimated = format === "png" && pages > 1;
  const frames = isAnimated ? await ffmpeg(path, ["-map", "0:v:0", "-f", "framemd5"]) : [];
  return { image, frames };
}

/** Of a line of `framemd5`, behind which digests of what stands beside a packet may come. */
const DIGEST = 5;

/** Digests of the packets of sound that FFmpeg finds. */
export async function packetsOf(path) {
  const lines = await ffmpeg(path, ["-map", "0:a:0", "-c", "copy", "-f", "framemd5"]);
  return lines.filter((line) => !line.startsWith("#")).map((line) => line.split(",")[DIGEST]);
}

/** The picture that music-metadata finds first in a sound; undefined where it finds none. */
export async function coverOf({ kind, contentType }, bytes) {
  if (kind === "image") return undefined;
  try {
    const { common } = await parseBuffer(bytes, { mimeType: contentType });
    return common.picture?.[0]?.data;
  } catch {
    return undefined;
  }
}

async function pixelsOf(bytes) {
  try {
    const image = sharp(bytes, { pages: -1, failOn: "none", limitInputPixels: false });
    const { icc, delay, loop } = await image.metadata();
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
    return { pixels: digestOf(data), icc: icc && digestOf(icc), delay, loop, info };
  } catch {
    return undefined;
  }
}

/** The lines that it prints of a stream. */
function ffmpeg(path, options) {
  return new Promise((resolve, reject) => {
    const all = ["-v", "quiet", "-i", path, ...options, "-"];
    execFile("ffmpeg", all, { encoding: "utf8" }, (error, stdout) => {
      if (error?.code === "ENOENT") reject(error);
      else resolve(stdout.split("\n").filter((line) => line !== ""));
    });
  });
}

function digestOf(bytes) {
  return createHash("sha256").update(bytes).digest("base64");
}
