const RATE = 8000;

/** A WAV file of so many seconds of 440 Hz: 16-bit mono PCM. */
export function toneOf(seconds: number): Buffer {
  const frames = Math.round(seconds * RATE);
  const bytes = Buffer.alloc(44 + 2 * frames);
  bytes.write("RIFF", 0, "latin1");
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write("WAVEfmt ", 8, "latin1");
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(RATE, 24);
  bytes.writeUInt32LE(2 * RATE, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36, "latin1");
  bytes.writeUInt32LE(2 * frames, 40);
  for (let at = 0; at < frames; at += 1) {
    bytes.writeInt16LE(Math.round(20_000 * Math.sin((2 * Math.PI * 440 * at) / RATE)), 44 + 2 * at);
  }
  return bytes;
}
