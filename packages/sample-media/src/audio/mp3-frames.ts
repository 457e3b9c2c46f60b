import { concat } from "../bytes.js";

/** Kilobits per second of MPEG-1 Layer III by bitrate index (ISO/IEC 11172-3, 2.4.2.3). */
const BITRATES = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

/** Hertz of MPEG-1 by sampling frequency index. */
const SAMPLE_RATES = [44_100, 48_000, 32_000];

const HEADER_SIZE = 4;

/** Bits of one granule's and channel's side information, which opens with 12 bits of length. */
const GRANULE_BITS = 59;

/** One frame's worth of audio, gathered from the bit reservoir. */
export interface Mp3Audio {
  header: Uint8Array;
  sideInfo: Uint8Array;
  mainData: Uint8Array;
}

function bitsAt(bytes: Uint8Array, bitOffset: number, count: number): number {
  let value = 0;
  for (let bit = bitOffset; bit < bitOffset + count; bit += 1) {
    value = value * 2 + (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
  }
  return value;
}

function frameSize(bitrateIndex: number, sampleRateIndex: number, padding: number): number {
  const bitrate = BITRATES[bitrateIndex];
  const sampleRate = SAMPLE_RATES[sampleRateIndex];
  if (!bitrate || !sampleRate) throw new Error("The MP3 frame has no fixed bitrate or rate.");
  return Math.floor((144_000 * bitrate) / sampleRate) + padding;
}

function mainDataSize(sideInfo: Uint8Array, channels: number): number {
  const firstGranule = channels === 1 ? 9 + 5 + 4 : 9 + 3 + 8;
  let bits = 0;
  for (let part = 0; part < 2 * channels; part += 1) {
    bits += bitsAt(sideInfo, firstGranule + part * GRANULE_BITS, 12);
  }
  return Math.ceil(bits / 8);
}

/**
 * Takes a stream of MPEG-1 Layer III frames without CRC apart. A frame may keep part of its data
 * in the frames before it (the bit reservoir); here each gets all of its own.
 *
 * @throws Error when the stream holds anything else
 */
export function readMp3Audio(stream: Uint8Array): Mp3Audio[] {
  const audio: Mp3Audio[] = [];
  let reservoir: Uint8Array = new Uint8Array();
  for (let offset = 0; offset < stream.length;) {
    const header = stream.slice(offset, offset + HEADER_SIZE);
    if (bitsAt(header, 0, 16) !== 0xfffb) throw new Error("Not an MPEG-1 Layer III frame.");
    const size = frameSize(bitsAt(header, 16, 4), bitsAt(header, 20, 2), bitsAt(header, 22, 1));
    const channels = bitsAt(header, 24, 2) === 3 ? 1 : 2;
    const sideInfoEnd = offset + HEADER_SIZE + (channels === 1 ? 17 : 32);
    const sideInfo = stream.slice(offset + HEADER_SIZE, sideInfoEnd);
    const borrowed = bitsAt(sideInfo, 0, 9);
    if (borrowed > reservoir.length) throw new Error("The MP3 frame borrows data that is missing.");
    const available = concat([
      reservoir.subarray(reservoir.length - borrowed),
      stream.subarray(sideInfoEnd, offset + size),
    ]);
    audio.push({
      header,
      sideInfo,
      mainData: available.slice(0, mainDataSize(sideInfo, channels)),
    });
    reservoir = concat([reservoir, stream.subarray(sideInfoEnd, offset + size)]).slice(-511);
    offset += size;
  }
  return audio;
}

/**
 * Writes the audio as a frame of the given bitrate that depends on no other frame, so that such
 * frames can be repeated, cut and mixed in any order.
 *
 * @param kilobits per second, one of the bitrates of MPEG-1 Layer III
 * @throws RangeError when the audio does not fit into a frame of that bitrate
 */
export function packMp3Frame(
  { header, sideInfo, mainData }: Mp3Audio,
  kilobits: number,
): Uint8Array {
  const bitrateIndex = BITRATES.indexOf(kilobits);
  const sampleRateIndex = bitsAt(header, 20, 2);
  const frame = new Uint8Array(frameSize(bitrateIndex, sampleRateIndex, 0));
  if (HEADER_SIZE + sideInfo.length + mainData.length > frame.length) {
    throw new RangeError(`The audio does not fit into a frame of ${kilobits} kbit/s.`);
  }
  frame.set(header);
  frame[2] = (bitrateIndex << 4) | (sampleRateIndex << 2) | ((header[2] ?? 0) & 1);
  frame.set(sideInfo, HEADER_SIZE);
  frame[HEADER_SIZE] = 0;
  frame[HEADER_SIZE + 1] = (sideInfo[1] ?? 0) & 0x7f;
  frame.set(mainData, HEADER_SIZE + sideInfo.length);
  return frame;
}
