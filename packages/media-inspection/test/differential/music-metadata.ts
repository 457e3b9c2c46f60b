import { type IAudioMetadata, parseBuffer } from "music-metadata";

import type { AudioFacts } from "../../src/media-facts.js";
import { tagText } from "../../src/tags/tag-text.js";
import { known, type Reading } from "./reading.js";

type Format = IAudioMetadata["format"];
type Tags = IAudioMetadata["common"];

/** FFmpeg's names of the codecs. */
const CODECS: Readonly<Record<string, string>> = {
  "MPEG-4/AAC": "aac",
  "MPEG 1 Layer 3": "mp3",
  "MPEG 2 Layer 3": "mp3",
  "MPEG 2.5 Layer 3": "mp3",
  ALAC: "alac",
  FLAC: "flac",
  ALAW: "pcm_alaw",
  MULAW: "pcm_mulaw",
  ADPCM: "adpcm_ms",
  DVI_ADPCM: "adpcm_ima_wav",
};

/** Reads audio with music-metadata; it is given the content type, as it does not know every start. */
export async function readWithMusicMetadata(
  bytes: Uint8Array,
  { contentType }: AudioFacts,
): Promise<Reading> {
  const options = { duration: true };
  const { format, common } = await parseBuffer(bytes, { mimeType: contentType }, options);
  return { ...known(soundOf(format)), ...tagsOf(common) };
}

/**
 * In WAV it counts the blocks of a codec with blocks as samples, and takes every codec for lossless
 * that it does not name: neither is compared.
 */
function soundOf(format: Format): Reading {
  const codec = codecOf(format);
  const isNamed = codec !== undefined;
  const isInBlocks = format.container === "WAVE" && !/^(pcm|flac)/.test(codec ?? "");
  return {
    duration: isInBlocks ? undefined : format.duration,
    sampleRate: format.sampleRate,
    channels: format.numberOfChannels,
    codec,
    lossless: isNamed ? format.lossless : undefined,
  };
}

function codecOf({ codec = "", bitsPerSample = 0 }: Format): string | undefined {
  if (codec === "PCM") return bitsPerSample <= 8 ? "pcm_u8" : `pcm_s${bitsPerSample}le`;
  if (codec === "IEEE_FLOAT") return `pcm_f${bitsPerSample}le`;
  return CODECS[codec];
}

/** The first of several values, and texts by our rules: one line of at most 1,000 characters. */
function tagsOf(tags: Tags): Reading {
  return {
    title: clean(tags.title),
    artist: clean(tags.artists?.[0] ?? tags.artist),
    album: clean(tags.album),
    albumArtist: clean(tags.albumartist),
    composer: clean(tags.composer?.[0]),
    genre: clean(tags.genre?.[0]),
    comment: clean(commentOf(tags)),
    language: clean(tags.language),
    // It parses an empty text too.
    year: Number.isInteger(tags.year) ? tags.year : undefined,
    trackNumber: tags.track.no ?? undefined,
    trackTotal: tags.track.of ?? undefined,
    discNumber: tags.disk.no ?? undefined,
    discTotal: tags.disk.of ?? undefined,
    coverBytes: coverOf(tags)?.data.length,
  };
}

function clean(text: string | undefined): string | undefined {
  return text === undefined ? undefined : tagText(Buffer.from(text), "utf-8");
}

/** A comment without a description is preferred. */
function commentOf({ comment: comments = [] }: Tags): string | undefined {
  return (comments.find(({ descriptor = "" }) => descriptor === "") ?? comments[0])?.text;
}

/** The first front cover, or else the first picture. */
function coverOf({ picture: pictures = [] }: Tags) {
  return pictures.find(({ type }) => type === "Cover (front)") ?? pictures[0];
}
