import { resample } from "./peak-meter.js";

/** Sizes of an MP4's packets in order of time, relative to the largest, 0 to 1. */
export async function dataRate(bytes: Uint8Array, bars: number): Promise<number[]> {
  const { BufferSource, EncodedPacketSink, Input, MP4 } = await import("mediabunny");
  const input = new Input({ formats: [MP4], source: new BufferSource(bytes) });
  const sizes: number[] = [];
  try {
    const track = await input.getPrimaryAudioTrack();
    if (track === null) return [];
    const sink = new EncodedPacketSink(track);
    for await (const packet of sink.packets(undefined, undefined, { metadataOnly: true })) {
      sizes.push(packet.byteLength);
    }
  } finally {
    input.dispose();
  }
  const largest = sizes.reduce((max, size) => Math.max(max, size), 1);
  return resample(sizes, bars).map((size) => size / largest);
}
