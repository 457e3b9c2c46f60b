import { audioSpecificConfig } from "./audio-specific-config.js";
import { ac3Config, eac3Config } from "./dolby-config.js";
import { soundFields } from "./m4a-sound-fields.js";
import type { SampleEntry } from "./m4a-track.js";

/** ISO/IEC 14496-1, 7.2.2.1 and table 5 (object type indication, by the MP4 registration authority). */
const ES_DESCRIPTOR = 3;
const DECODER_CONFIG = 4;
const DECODER_SPECIFIC_INFO = 5;
const AAC_OBJECT_TYPES = [0x40, 0x66, 0x67, 0x68];
const MP3_OBJECT_TYPES = [0x69, 0x6b];
/** JPEG, PNG and JPEG 2000. */
const PICTURE_OBJECT_TYPES = [0x6c, 0x6d, 0x6e];
/** QuickTime's names. */
const PICTURE_TYPES = ["jpeg", "png ", "mjpa", "mjpb", "tiff", "gif "];

/** Bytes of a VisualSampleEntry before its boxes (ISO/IEC 14496-12, 12.1.3). */
const VISUAL_FIELDS = 78;

/** The first entry of an `stsd` box of a sound track (ISO/IEC 14496-12, 12.2.3), behind its size and type. */
export function soundSampleEntry(type: string, body: Buffer, listVersion: number): SampleEntry {
  const fields = soundFields(body, listVersion);
  const entry: SampleEntry = {
    type,
    channels: fields?.channels ?? 0,
    sampleRate: fields?.sampleRate ?? 0,
    codec: undefined,
    isPicture: isPicture(type, body),
    lossless: false,
    framesPerSample: 0,
  };
  if (fields === undefined) return entry;
  const boxes = childBoxes(body.subarray(fields.boxesAt));
  const config = (name: string) => findBox(boxes, name);
  // Of version 1: rates that the field's 16 bits cannot hold.
  const rate = config("srat");
  if (rate !== undefined && rate.length >= 8) entry.sampleRate = rate.readUInt32BE(4);
  switch (type) {
    case "mp4a":
      return { ...entry, ...mpeg4Audio(config("esds")?.subarray(4)) };
    case "alac":
      return { ...entry, codec: "alac", lossless: true, ...appleLossless(config("alac")) };
    case "fLaC":
      return {
        ...entry,
        codec: "flac",
        lossless: true,
        framesPerSample: 65_535,
        ...flac(config("dfLa")),
      };
    case "Opus":
      return { ...entry, codec: "opus", sampleRate: 48_000, framesPerSample: 5760 };
    case "ac-3":
      return { ...entry, codec: "ac3", framesPerSample: 1536, ...ac3Config(config("dac3")) };
    case "ec-3":
      return { ...entry, codec: "eac3", framesPerSample: 1536, ...eac3Config(config("dec3")) };
    case ".mp3":
      return { ...entry, codec: "mp3", framesPerSample: 1152 };
    default:
      return entry;
  }
}

interface ChildBox {
  type: string;
  body: Buffer;
}

function childBoxes(bytes: Buffer): ChildBox[] {
  const boxes: ChildBox[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const size = bytes.readUInt32BE(at);
    if (size < 8 || at + size > bytes.length) break;
    boxes.push({
      type: bytes.toString("latin1", at + 4, at + 8),
      body: bytes.subarray(at + 8, at + size),
    });
    at += size;
  }
  return boxes;
}

/** QuickTime wraps the configuration in a `wave` box. */
function findBox(boxes: readonly ChildBox[], type: string): Buffer | undefined {
  const direct = boxes.find((box) => box.type === type);
  if (direct !== undefined) return direct.body;
  const wave = boxes.find((box) => box.type === "wave");
  return wave && childBoxes(wave.body).find((box) => box.type === type)?.body;
}

function isPicture(type: string, body: Buffer): boolean {
  if (type !== "mp4v") return PICTURE_TYPES.includes(type);
  const esds = findBox(childBoxes(body.subarray(VISUAL_FIELDS)), "esds");
  return PICTURE_OBJECT_TYPES.includes(decoderConfig(esds?.subarray(4))?.[0] ?? 0);
}

function decoderConfig(esds: Buffer | undefined): Buffer | undefined {
  const stream = esds && findDescriptor(esds, ES_DESCRIPTOR);
  return stream && findDescriptor(stream.subarray(elementaryStreamFields(stream)), DECODER_CONFIG);
}

function mpeg4Audio(esds: Buffer | undefined): Partial<SampleEntry> {
  const decoder = decoderConfig(esds);
  const objectType = decoder?.[0];
  if (decoder === undefined || objectType === undefined) return {};
  if (MP3_OBJECT_TYPES.includes(objectType)) return { codec: "mp3", framesPerSample: 1152 };
  if (!AAC_OBJECT_TYPES.includes(objectType)) return {};
  const specific = findDescriptor(decoder.subarray(13), DECODER_SPECIFIC_INFO);
  const config = specific && audioSpecificConfig(specific);
  if (config === undefined) return { codec: "aac" };
  const { channels, ...rest } = config;
  const codec = config.lossless ? "mp4als" : "aac";
  return { codec, ...rest, ...(channels > 0 ? { channels } : {}) };
}

/** ISO/IEC 14496-1, 7.2.6.5: the id, the flags, and what the flags announce. */
function elementaryStreamFields(stream: Buffer): number {
  const flags = stream[2] ?? 0;
  const dependsOn = flags & 0x80 ? 2 : 0;
  const url = flags & 0x40 ? 1 + (stream[3 + dependsOn] ?? 0) : 0;
  const clock = flags & 0x20 ? 2 : 0;
  return 3 + dependsOn + url + clock;
}

/** Finds a descriptor: tag, length in up to four times seven bits, body. */
function findDescriptor(bytes: Buffer, wanted: number): Buffer | undefined {
  let at = 0;
  while (at + 2 <= bytes.length) {
    const tag = bytes[at];
    at += 1;
    let size = 0;
    for (let index = 0; index < 4; index += 1) {
      const byte = bytes[at] ?? 0;
      at += 1;
      size = 128 * size + (byte & 0x7f);
      if (byte < 0x80) break;
    }
    if (tag === wanted) return bytes.subarray(at, at + size);
    at += size;
  }
  return undefined;
}

/** Apple, "ALAC magic cookie description": behind version and flags. */
function appleLossless(cookie: Buffer | undefined): Partial<SampleEntry> {
  if (cookie === undefined || cookie.length < 28) return {};
  return {
    framesPerSample: cookie.readUInt32BE(4),
    channels: cookie.readUInt8(13),
    sampleRate: cookie.readUInt32BE(24),
  };
}

/** "Encapsulation of FLAC in ISO Base Media File Format", 3.3.2: STREAMINFO as in FLAC itself. */
function flac(config: Buffer | undefined): Partial<SampleEntry> {
  if (config === undefined || config.length < 8 + 18) return {};
  const bits = config.readUInt32BE(8 + 10);
  return { sampleRate: bits >>> 12, channels: ((bits >>> 9) & 7) + 1 };
}
