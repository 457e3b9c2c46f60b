import { AudioCreate } from "../dto/media-create.js";
import { type AudioRead, toAudioRead } from "../dto/media-read.js";
import type { AudioModel } from "../models/audio.model.js";
import type { AudioRows } from "../repo/audio-repo.js";
import type { ImageRows } from "../repo/image-repo.js";
import type { MediaKindOf } from "./media-kind.js";

export function audioKind(
  repo: AudioRows,
  otherFiles: ImageRows,
): MediaKindOf<AudioModel, AudioCreate, AudioRead> {
  return {
    kind: "audio",
    accepted: "an audio file (MP3, WAV, FLAC or M4A)",
    createDto: AudioCreate,
    repo,
    otherFiles,
    read: toAudioRead,
    values(facts, stored, input) {
      if (facts.kind !== "audio") throw new TypeError(`audio facts expected, got ${facts.kind}`);
      const { durationSeconds, durationSource, sampleRate, channels, codec, lossless } = facts;
      return {
        ...stored,
        durationSeconds,
        durationSource,
        bitrate: Math.max(1, Math.round(facts.bitrate)),
        sampleRate,
        channels,
        codec,
        lossless,
        tags: facts.tags,
        transcript: input.transcript ?? null,
      };
    },
  };
}
