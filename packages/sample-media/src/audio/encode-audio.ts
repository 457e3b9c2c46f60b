import { registerAacEncoder } from "@mediabunny/aac-encoder";
import { registerFlacEncoder } from "@mediabunny/flac-encoder";
import { registerMp3Encoder } from "@mediabunny/mp3-encoder";
import {
  type AudioCodec,
  AudioSample,
  AudioSampleSource,
  BufferTarget,
  type MetadataTags,
  Output,
  type OutputFormat,
  Quality,
} from "mediabunny";

import { max, round } from "../math.js";
import type { Signal } from "./signals.js";

registerAacEncoder();
registerFlacEncoder();
registerMp3Encoder();

export interface AudioRecipe {
  container: OutputFormat;
  codec: AudioCodec;
  signal: Signal;
  /** Seconds. */
  duration: number;
  /** Hertz. */
  sampleRate: number;
  channels: number;
  /** Bits per second; for the lossy codecs. */
  bitrate?: number;
  tags?: MetadataTags;
}

export interface EncodedAudio {
  bytes: Uint8Array;
  /** Seconds that the coded packets play, the encoder's delay and padding included. */
  codedSeconds: number;
}

/** Interleaved samples: 16-bit integers for FLAC, which takes over their depth; floats otherwise. */
function render({ codec, signal, duration, sampleRate, channels }: AudioRecipe) {
  const frames = round(duration * sampleRate);
  const integer = codec === "flac";
  const data = integer ? new Int16Array(frames * channels) : new Float32Array(frames * channels);
  const scale = integer ? 32767 : 1;
  for (let frame = 0; frame < frames; frame += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      data[frame * channels + channel] = signal(frame / sampleRate, channel) * scale;
    }
  }
  return { data, format: integer ? ("s16" as const) : ("f32" as const) };
}

/** Renders the signal and writes it as a file of the recipe's container and codec. */
export async function encodeAudio(recipe: AudioRecipe): Promise<EncodedAudio> {
  const { container, codec, sampleRate, channels, bitrate, tags } = recipe;
  let codedSeconds = 0;
  const target = new BufferTarget();
  const output = new Output({ format: container, target });
  const source = new AudioSampleSource({
    codec,
    ...(bitrate === undefined
      ? {}
      : { quality: new Quality({ bitrate, bitrateMode: "constant" }) }),
    onEncodedPacket: (packet) => {
      codedSeconds = max(codedSeconds, packet.timestamp + packet.duration);
    },
  });
  output.addAudioTrack(source);
  if (tags !== undefined) output.setMetadataTags(tags);
  await output.start();
  const sample = new AudioSample({
    ...render(recipe),
    numberOfChannels: channels,
    sampleRate,
    timestamp: 0,
  });
  await source.add(sample);
  sample.close();
  await output.finalize();
  if (target.buffer === null) throw new Error("The muxer left no file behind.");
  return { bytes: new Uint8Array(target.buffer), codedSeconds };
}
