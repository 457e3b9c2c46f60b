import {
  BufferTarget,
  EncodedPacket,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  Output,
} from "mediabunny";

import { setMp4Times } from "../containers/mp4-times.js";
import { fillerBlock } from "../filler.js";

/** A film of one frame that no decoder ever sees: whoever finds the video track has seen enough. */
export async function mp4Video(): Promise<Uint8Array> {
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: "in-memory" }), target });
  const source = new EncodedVideoPacketSource("vp9");
  output.addVideoTrack(source, { frameRate: 25 });
  await output.start();
  await source.add(new EncodedPacket(fillerBlock(600, 0), "key", 0, 1 / 25), {
    decoderConfig: { codec: "vp09.00.10.08", codedWidth: 64, codedHeight: 48 },
  });
  await output.finalize();
  if (target.buffer === null) throw new Error("The muxer left no file behind.");
  const bytes = new Uint8Array(target.buffer);
  setMp4Times(bytes, 0);
  return bytes;
}
