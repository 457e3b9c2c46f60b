import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioFacts, AudioTags } from "../media-facts.js";
import { mergeTags } from "../tags/tag-fields.js";
import { audioFacts } from "./audio-facts.js";
import { newWavContent, readWavChunk, type WavChunk } from "./wav-chunks.js";
import { wavCodec } from "./wav-codec.js";
import { wavDuration } from "./wav-duration.js";

/** What a plan has to know of a WAV. */
export interface WavObserver {
  /** Called behind the header of each chunk. */
  chunk(chunk: WavChunk, header: Buffer): Walk<void>;
  /** Called for the audio: from its chunk's header up to its last byte. */
  data(start: number, end: number): void;
}

/**
 * WAVE in RIFF (Microsoft, "Multiple Channel Audio Data and WAVE Files"), RF64 (EBU Tech 3306)
 * and BW64 (ITU-R BS.2088). The length is counted from the audio bytes that came.
 */
export function* walkWav(
  source: ByteCursor,
  leadingTags: AudioTags,
  observer?: WavObserver,
): Walk<AudioFacts> {
  const content = newWavContent();
  yield* source.skip(12);
  for (;;) {
    const start = source.position;
    const header = yield* source.take(8);
    if (header.length < 8) break;
    const size = header.readUInt32LE(4);
    const chunk = { type: header.toString("latin1", 0, 4), size, end: source.position + size };
    if (observer !== undefined) yield* observer.chunk(chunk, header);
    const hadData = content.data !== undefined;
    const end = (yield* readWavChunk(source, chunk, content)) ?? chunk.end;
    if (!hadData && content.data !== undefined) observer?.data(start, source.position);
    yield* source.skip(end - source.position);
    if (size % 2 === 1 && source.position === end) yield* skipPadding(source);
  }

  const { format, data } = content;
  if (format === undefined || data === undefined) {
    const missing = format === undefined ? "fmt chunk, which describes the audio" : "data chunk";
    throw new InspectionError(
      "invalid_media",
      `The WAV ends after ${source.position} bytes without a ${missing}.`,
    );
  }
  const duration =
    data.frames === undefined
      ? wavDuration(format, data.bytes, content.factSamples)
      : { seconds: data.frames.seconds, source: "measured" as const };
  return audioFacts("wav", {
    durationSeconds: duration.seconds,
    durationSource: duration.source,
    audioBytes: data.bytes,
    sampleRate: format.sampleRate,
    channels: format.channels,
    ...wavCodec(format),
    tags: mergeTags([content.id3, content.info, leadingTags, content.broadcast]),
  });
}

/** A chunk of odd size is padded with a zero; some writers forget, which another byte gives away. */
function* skipPadding(source: ByteCursor): Walk<void> {
  const next = yield* source.peek(1);
  if (next[0] === 0) yield* source.skip(1);
}
