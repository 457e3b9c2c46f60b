import type { AudioModel } from "../models/audio.model.js";
import type { StoredAudioFacts } from "../repo/audio-repo.js";
import type { IdempotencyRepo } from "../repo/idempotency-repo.js";
import type { MediaRepo } from "../repo/media-repo.js";
import { AudioCreate } from "./dto/audio-create.js";
import type { AudioRead } from "./dto/audio-read.js";
import { toAudioRead } from "./dto/to-read.js";
import type { MediaKindOf } from "./media-kind.js";

export function audioKind(
  repo: MediaRepo<AudioModel, StoredAudioFacts>,
  keys: IdempotencyRepo<AudioModel>,
): MediaKindOf<AudioModel, StoredAudioFacts, AudioCreate, AudioRead> {
  return {
    kind: "audio",
    accepted: "an audio file (MP3, WAV, FLAC or M4A)",
    createDto: AudioCreate,
    repo,
    keys,
    read: toAudioRead,
    columns(facts, stored, input) {
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
