import { ALL_FORMATS, BufferSource, Input, Logging, LogLevel } from "mediabunny";

import type { AudioFacts } from "../../src/media-facts.js";
import type { Reading } from "./reading.js";

// It warns of what it skips.
Logging.level = LogLevel.Silent;

/** The codecs that it reads. */
const WAV_CODECS = /^pcm_/;
const OTHER_CODECS = /^(aac|ac3|alac|eac3|flac|mp3|opus)$/;

/**
 * Reads audio with mediabunny; nothing of codecs that it does not read. `computeDuration` gives the end
 * of the last packet, from all packets; `getDurationFromMetadata` is only what the header claims.
 * Packets of an encoder's delay have timestamps below 0, and count for us.
 */
export async function readWithMediabunny(bytes: Uint8Array, facts: AudioFacts): Promise<Reading> {
  if (!(facts.format === "wav" ? WAV_CODECS : OTHER_CODECS).test(facts.codec)) return {};
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) });
  try {
    const track = await input.getPrimaryAudioTrack();
    if (track === null) throw new Error("no audio track");
    const delay = Math.max(0, -(await track.getFirstTimestamp()));
    return {
      duration: delay + (await track.computeDuration()),
      sampleRate: await track.getSampleRate(),
      channels: await track.getNumberOfChannels(),
    };
  } finally {
    input.dispose();
  }
}
