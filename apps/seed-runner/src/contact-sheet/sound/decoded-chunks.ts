import type { SoundFacts } from "./sound-facts.js";

/** Planes of amplitudes, one a channel. */
type Chunk = readonly Float32Array[];
type Decoder = (bytes: Uint8Array) => AsyncGenerator<Chunk>;

/** Bytes handed to a decoder at once: a few of FLAC may unfold to a thousand times as much. */
const PORTION = 1024;

/**
 * The decoder of a format. Undefined for M4A, as there is no AAC decoder for Node with a permissive
 * license and no native code, and for WAV with anything but PCM.
 */
export function decoderOf({ contentType, codec }: SoundFacts): Decoder | undefined {
  switch (contentType) {
    case "audio/flac":
      return decodeFlac;
    case "audio/mpeg":
      return decodeMp3;
    case "audio/wav":
      return codec.startsWith("pcm_") ? decodeWav : undefined;
    case "audio/mp4":
      return undefined;
  }
}

async function* decodeFlac(bytes: Uint8Array): AsyncGenerator<Chunk> {
  const { FLACDecoder } = await import("@wasm-audio-decoders/flac");
  const decoder = new FLACDecoder();
  await decoder.ready;
  try {
    for (const portion of portions(bytes)) yield (await decoder.decode(portion)).channelData;
    yield (await decoder.flush()).channelData;
  } finally {
    decoder.free();
  }
}

async function* decodeMp3(bytes: Uint8Array): AsyncGenerator<Chunk> {
  const { MPEGDecoder } = await import("mpg123-decoder");
  const decoder = new MPEGDecoder();
  await decoder.ready;
  try {
    for (const portion of portions(bytes)) yield decoder.decode(portion).channelData;
  } finally {
    decoder.free();
  }
}

async function* decodeWav(bytes: Uint8Array): AsyncGenerator<Chunk> {
  const { AudioSampleSink, BufferSource, Input, WAVE } = await import("mediabunny");
  const input = new Input({ formats: [WAVE], source: new BufferSource(bytes) });
  try {
    const track = await input.getPrimaryAudioTrack();
    if (track === null) return;
    for await (const sample of new AudioSampleSink(track).samples()) {
      const { numberOfChannels, numberOfFrames } = sample;
      const planes = Array.from({ length: numberOfChannels }, (_, planeIndex) => {
        const plane = new Float32Array(numberOfFrames);
        sample.copyTo(plane, { planeIndex, format: "f32-planar" });
        return plane;
      });
      sample.close();
      yield planes;
    }
  } finally {
    input.dispose();
  }
}

function* portions(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PORTION) yield bytes.subarray(at, at + PORTION);
}
