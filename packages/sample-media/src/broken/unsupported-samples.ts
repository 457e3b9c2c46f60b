import { AdtsOutputFormat } from "mediabunny";

import { encodeAudio } from "../audio/encode-audio.js";
import { chord, shaped } from "../audio/signals.js";
import { concat, latin1, uint32le } from "../bytes.js";
import { riffChunk, riffHeader } from "../containers/riff.js";
import { fillerBlock } from "../filler.js";
import { encoded } from "../images/image-sample.js";
import { drawnOpaque } from "../images/render.js";
import type { BrokenSample } from "../sample.js";
import { butterfly } from "../scenes/butterfly.js";
import { svgDocument } from "../scenes/scene.js";
import { mp4Video } from "./mp4-video.js";
import { zipArchive } from "./zip-archive.js";

type Unsupported = Omit<BrokenSample, "code">;

const PICTURE_SIZE = { width: 90, height: 75 };

const LETTER = "Dear reader, this letter is not what its name says.\n".repeat(12);

const PDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj
trailer<</Root 1 0 R>>
%%EOF
`;

/** The identification of a 64-bit little-endian ELF file, then zeros. */
const ELF = concat([latin1("\x7fELF"), Uint8Array.of(2, 1, 1), new Uint8Array(121)]);

/** An MS-DOS header that points to a PE signature. */
const PE = concat([
  latin1("MZ"),
  new Uint8Array(58),
  uint32le(64),
  latin1("PE\0\0"),
  new Uint8Array(60),
]);

/** The page that opens a Vorbis stream, without the rest. */
const OGG = concat([
  latin1("OggS"),
  Uint8Array.of(0, 2),
  new Uint8Array(8),
  uint32le(1),
  new Uint8Array(8),
  Uint8Array.of(1, 30),
  latin1("\x01vorbis"),
  new Uint8Array(23),
]);

const TEXTUAL: readonly Unsupported[] = [
  { name: "letter.jpg", description: "Plain text named .jpg", bytes: latin1(LETTER) },
  { name: "letter.mp3", description: "Plain text named .mp3", bytes: latin1(LETTER) },
  {
    name: "letter-utf16.mp3",
    description: "UTF-16 text: its byte order mark looks like an MPEG audio sync word (Layer I)",
    bytes: concat([Uint8Array.of(0xff, 0xfe), new Uint8Array(Buffer.from(LETTER, "utf16le"))]),
  },
  {
    name: "page.png",
    description: "HTML with a script, named .png",
    bytes: latin1("<!doctype html><title>hello</title><script>alert(document.domain)</script>\n"),
  },
  {
    name: "butterfly.svg",
    description: "SVG, an image that can carry scripts",
    bytes: new Uint8Array(svgDocument(butterfly(), PICTURE_SIZE)),
  },
  { name: "report.pdf", description: "PDF", bytes: latin1(PDF) },
];

const BINARY: readonly Unsupported[] = [
  {
    name: "archive.gif",
    description: "ZIP archive named .gif",
    bytes: zipArchive("letter.txt", latin1(LETTER)),
  },
  { name: "program.png", description: "ELF program header named .png", bytes: ELF },
  { name: "setup.wav", description: "Windows program header named .wav", bytes: PE },
  { name: "voice.ogg", description: "First page of an Ogg Vorbis stream", bytes: OGG },
  {
    name: "clip.wav",
    description: "AVI: RIFF as in WAV and WebP, but another form",
    bytes: concat([riffHeader("AVI ", 24), riffChunk("LIST", latin1("hdrl"))]),
  },
  { name: "static.flac", description: "Bytes without meaning", bytes: fillerBlock(3000, 0) },
];

/** Files of formats that the store does not take, whatever their names say. */
export async function unsupportedSamples(): Promise<BrokenSample[]> {
  const picture = () => drawnOpaque(butterfly(), PICTURE_SIZE);
  const adts = await encodeAudio({
    container: new AdtsOutputFormat(),
    codec: "aac",
    signal: shaped(chord([60, 64, 67]), 0.5),
    duration: 0.5,
    sampleRate: 44_100,
    channels: 1,
    bitrate: 64_000,
  });
  const made: Unsupported[] = [
    {
      name: "butterfly.avif",
      description: "AVIF",
      bytes: await encoded(picture().avif({ effort: 0 })),
    },
    { name: "butterfly.tiff", description: "TIFF", bytes: await encoded(picture().tiff()) },
    {
      name: "film.m4a",
      description: "MP4 with a video track, named .m4a",
      bytes: await mp4Video(),
    },
    {
      name: "stream.mp3",
      description: "AAC in ADTS frames: the sync word of MP3, but layer 0",
      bytes: adts.bytes,
    },
  ];
  return [...TEXTUAL, ...BINARY, ...made].map((sample) => ({
    ...sample,
    code: "unsupported_media_type",
  }));
}
