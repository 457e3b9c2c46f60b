import { createHash } from "node:crypto";

import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input, Logging, LogLevel } from "mediabunny";

import type { AudioFacts } from "../../src/media-facts.js";

// It warns of what it skips.
Logging.level = LogLevel.Silent;

/** The codecs that mediabunny reads. */
const WAV_CODECS = /^pcm_/;
const OTHER_CODECS = /^(aac|ac3|eac3|flac|mp3|opus)$/;

/** Digests of the packets of sound that mediabunny finds; undefined where it does not know the codec. */
export async function soundPackets(
  bytes: Uint8Array,
  { format, codec }: AudioFacts,
): Promise<string[] | undefined> {
  if (!(format === "wav" ? WAV_CODECS : OTHER_CODECS).test(codec)) return undefined;
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) });
  try {
    const track = await input.getPrimaryAudioTrack();
    if (track === null) throw new Error("no audio track");
    const digests: string[] = [];
    for await (const { data } of new EncodedPacketSink(track).packets()) {
      digests.push(createHash("sha1").update(data).digest("base64"));
    }
    return digests;
  } finally {
    input.dispose();
  }
}
