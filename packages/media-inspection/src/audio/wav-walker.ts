import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioFacts, AudioTags } from "../media-facts.js";
import { ID3V2_HEADER_BYTES, id3v2Header, readId3v2 } from "../tags/id3v2.js";
import { readInfoList } from "../tags/riff-info.js";
import { mergeTags } from "../tags/tag-fields.js";
import { audioFacts } from "./audio-facts.js";
import { countFrames, mpegSeconds, type MpegStream } from "./mpeg-stream.js";
import { beginsFrames, DUE } from "./mpeg-sync.js";
import {
  isLossless,
  readWavFormat,
  WAV_MP3,
  wavCodec,
  wavDuration,
  type WavFormat,
} from "./wav-codec.js";

/** Stands for "unknown, see ds64" in RF64 and for "unknown" in streamed RIFF. */
const UNKNOWN_SIZE = 0xffffffff;
/** Chunks that may follow an empty data chunk; other bytes behind a size of 0 are the audio. */
const CHUNKS_BEHIND_DATA =
  /^(LIST|id3 |ID3 |fact|cue |smpl|inst|bext|iXML|axml|chna|PEAK|JUNK|junk|FLLR|afsp|_PMX|plst|acid|fmt |data)$/;
const MAX_FMT_BYTES = 64;

/**
 * WAVE in RIFF (Microsoft, "Multiple Channel Audio Data and WAVE Files"), RF64 (EBU Tech 3306)
 * and BW64 (ITU-R BS.2088). The length is counted from the audio bytes that came, whatever the
 * sizes claim.
 */
export function* walkWav(source: ByteCursor, leadingTags: AudioTags): Walk<AudioFacts> {
  let id3: AudioTags = {};
  let info: AudioTags = {};
  let format: WavFormat | undefined;
  let dataBytes: number | undefined;
  let longDataBytes: number | undefined;
  let factSamples: number | undefined;
  let frames: MpegStream | undefined;
  yield* source.skip(12);

  for (;;) {
    const header = yield* source.take(8);
    if (header.length < 8) break;
    const type = header.toString("latin1", 0, 4);
    const size = header.readUInt32LE(4);
    let end = source.position + size;

    if (type === "fmt " && format === undefined) {
      format = readWavFormat(yield* source.take(Math.min(size, MAX_FMT_BYTES)));
    } else if (type === "ds64") {
      const body = yield* source.take(Math.min(size, 16));
      if (body.length === 16) longDataBytes = Number(body.readBigUInt64LE(8));
    } else if (type === "fact" && size >= 4) {
      const body = yield* source.take(4);
      if (body.length === 4) factSamples = body.readUInt32LE(0);
    } else if (type === "data" && dataBytes === undefined) {
      if (format === undefined) {
        throw new InspectionError(
          "invalid_media",
          "The WAV has its audio before any fmt chunk describes it.",
        );
      }
      const claimed = yield* dataSize(source, size, longDataBytes);
      end = source.position + claimed;
      const start = source.position;
      if (format.tag === WAV_MP3) frames = yield* mp3Frames(source, end);
      yield* source.skip(end - source.position);
      dataBytes = source.position - start;
    } else if (type === "LIST") {
      info = mergeTags([info, yield* readInfoList(source, end)]);
    } else if (type === "id3 " || type === "ID3 ") {
      const tag = id3v2Header(yield* source.peek(Math.min(size, ID3V2_HEADER_BYTES)));
      if (tag !== undefined && tag.bodyBytes + ID3V2_HEADER_BYTES <= size) {
        id3 = mergeTags([id3, yield* readId3v2(source, tag)]);
      }
    }
    yield* source.skip(end - source.position);
    if (size % 2 === 1 && source.position === end) yield* skipPadding(source);
  }

  if (format === undefined || dataBytes === undefined) {
    const missing = format === undefined ? "fmt chunk, which describes the audio" : "data chunk";
    throw new InspectionError(
      "invalid_media",
      `The WAV ends after ${source.position} bytes without a ${missing}.`,
    );
  }
  const duration =
    frames === undefined
      ? wavDuration(format, dataBytes, factSamples)
      : { seconds: mpegSeconds(frames), source: "measured" as const };
  return audioFacts("wav", {
    durationSeconds: duration.seconds,
    durationSource: duration.source,
    audioBytes: dataBytes,
    sampleRate: format.sampleRate,
    channels: format.channels,
    codec: wavCodec(format),
    lossless: isLossless(format),
    tags: mergeTags([id3, info, leadingTags]),
  });
}

/** Counts frames as in an MP3: neither `fact` nor the average rate tells how long they last. */
function* mp3Frames(source: ByteCursor, end: number): Walk<MpegStream | undefined> {
  if (!(yield* beginsFrames(source, DUE))) return undefined;
  const stream = yield* countFrames(source, end);
  return stream.frames === 0 ? undefined : stream;
}

/** How many bytes of audio to expect: streaming writers leave 0 or 0xFFFFFFFF. */
function* dataSize(source: ByteCursor, size: number, long: number | undefined): Walk<number> {
  if (size === UNKNOWN_SIZE) return long === undefined || long === 0 ? Infinity : long;
  if (size > 0) return size;
  const next = (yield* source.peek(4)).toString("latin1");
  return CHUNKS_BEHIND_DATA.test(next) ? 0 : Infinity;
}

/** A chunk of odd size is padded with a zero; some writers forget, which another byte gives away. */
function* skipPadding(source: ByteCursor): Walk<void> {
  const next = yield* source.peek(1);
  if (next[0] === 0) yield* source.skip(1);
}
