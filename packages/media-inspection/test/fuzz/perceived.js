import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input, Logging, LogLevel } from "mediabunny";
import { parseBuffer } from "music-metadata";
import sharp from "sharp";

import { flacFrameHeader } from "../../dist/audio/flac-frame.js";
import { layer3FrameBytes } from "../../dist/audio/mpeg-frame.js";

// It warns of what it skips.
Logging.level = LogLevel.Silent;

/** The tags that are kept. */
const KEPT_TAGS = ["title", "artist", "album", "genre", "year", "track"];

/**
 * Whether bytes of a file are part of what others show or play of it: where they are others, pixels, colours,
 * packets, or tags that stay are others too. Undefined where nothing of the file can be decoded.
 */
export async function isPerceived(bytes, at, length, facts) {
  if (isAmongFrames(bytes, at, facts.format)) return true;
  if (isInPixels(bytes, at, facts.format) && !(await isWhole(bytes))) return undefined;
  const changed = Buffer.from(bytes);
  for (let index = at; index < at + length; index += 1) changed[index] ^= 1;
  const [one, other] = [await perceived(bytes, facts), await perceived(changed, facts)];
  return one === undefined ? undefined : !isDeepStrictEqual(one, other);
}

/**
 * Whether bytes are inside an MP3's frames, which follow its tag without a gap, or in front of a FLAC's frame,
 * which does not tell where it ends: of such files mediabunny does not find all packets once they are damaged.
 */
function isAmongFrames(bytes, at, format) {
  if (format === "flac") {
    for (let next = at; next >= 0; next = bytes.indexOf(0xff, next + 1)) {
      if (flacFrameHeader(bytes, next) !== undefined) return true;
    }
  }
  if (format !== "mp3") return false;
  const hasTag = bytes.toString("latin1", 0, 3) === "ID3";
  let end = hasTag ? 10 + [6, 7, 8, 9].reduce((size, index) => 128 * size + bytes[index], 0) : 0;
  const start = end;
  for (let size = 1; size > 0 && end + 4 <= bytes.length; end += size) {
    size = layer3FrameBytes(bytes.readUInt32BE(end));
  }
  return at >= start && at < end;
}

/** Whether bytes are inside the pixels of a WebP, behind which a cut picture may have swallowed others. */
function isInPixels(bytes, at, format) {
  if (format !== "webp") return false;
  for (let start = 12; start + 8 <= at;) {
    const end = start + 8 + bytes.readUInt32LE(start + 4);
    if (at < end) return /^(VP8[ L]|ALPH|ANMF)$/.test(bytes.toString("latin1", start, start + 4));
    start = end + (end % 2);
  }
  return false;
}

async function isWhole(bytes) {
  try {
    await sharp(bytes, { pages: -1, failOn: "warning" }).raw().toBuffer();
    return true;
  } catch {
    return false;
  }
}

async function perceived(bytes, { kind, contentType }) {
  if (kind === "image") return pixelsOf(bytes);
  const packets = await packetsOf(bytes);
  return packets && { packets, tags: await tagsOf(bytes, contentType) };
}

async function pixelsOf(bytes) {
  try {
    const image = sharp(bytes, { pages: -1, failOn: "none" });
    const { icc, delay, loop } = await image.metadata();
    return { pixels: digestOf(await image.raw().toBuffer()), icc, delay, loop };
  } catch {
    return undefined;
  }
}

async function packetsOf(bytes) {
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) });
  try {
    const track = await input.getPrimaryAudioTrack();
    const digests = [];
    for await (const { data } of new EncodedPacketSink(track).packets())
      digests.push(digestOf(data));
    return digests;
  } catch {
    return undefined;
  } finally {
    input.dispose();
  }
}

async function tagsOf(bytes, mimeType) {
  try {
    const { common } = await parseBuffer(bytes, { mimeType });
    const pictures = await Promise.all((common.picture ?? []).map(({ data }) => pixelsOf(data)));
    return [...KEPT_TAGS.map((name) => common[name]), ...pictures];
  } catch {
    return [];
  }
}

function digestOf(bytes) {
  return createHash("sha256").update(bytes).digest("base64");
}
