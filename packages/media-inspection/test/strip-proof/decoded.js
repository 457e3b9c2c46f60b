import { execFile } from "node:child_process";
import { createHash } from "node:crypto";

import { parseBuffer } from "music-metadata";
import sharp from "sharp";

/** All frames as sharp decodes them, with their profile and timing; the reason where there are none. */
export async function pixelsOf(bytes) {
  try {
    const image = sharp(bytes, { pages: -1, failOn: "none", limitInputPixels: false });
    const { icc, delay, loop, density } = await image.metadata();
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
    return { pixels: digestOf(data), profile: icc && digestOf(icc), info, delay, loop, density };
  } catch (error) {
    return { reason: String(error) };
  }
}

/** A digest of the samples of the first sound that FFmpeg decodes, or of the frames of an animated PNG. */
export async function decodedByFfmpeg(path, kind) {
  const selected = kind === "audio" ? ["-map", "0:a:0", "-c:a", "pcm_f64le"] : ["-map", "0:v:0"];
  const options = ["-v", "quiet", "-i", path, ...selected, "-f", "md5", "-"];
  return new Promise((resolve, reject) => {
    execFile("ffmpeg", options, { encoding: "utf8" }, (error, stdout) => {
      if (error?.code === "ENOENT") reject(error);
      else resolve(stdout.trim() || "nothing");
    });
  });
}

/** The pictures that music-metadata finds in a sound. */
export async function coversOf(bytes, mimeType) {
  try {
    const { common } = await parseBuffer(bytes, { mimeType });
    return (common.picture ?? []).map(({ data }) => data);
  } catch {
    return [];
  }
}

function digestOf(bytes) {
  return createHash("sha256").update(bytes).digest("base64");
}
