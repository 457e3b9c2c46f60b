import type { AudioTags, DurationSource } from "../inspection/media-facts.js";
import type { AudioModel } from "../models/audio.model.js";
import type { Owner } from "./conditions.js";
import { MediaRepo, type StatementOptions, type StoredFacts } from "./media-repo.js";

export interface StoredAudioFacts extends StoredFacts {
  durationSeconds: number;
  durationSource: DurationSource;
  bitrate: number;
  sampleRate: number;
  channels: number;
  codec: string;
  lossless: boolean;
  tags: AudioTags;
  transcript: string | null;
}

/** The rows of audio files. */
export class AudioRepo extends MediaRepo<AudioModel, StoredAudioFacts> {
  /** Replaces the transcript of this owner's ready file, or gives null when there is none. */
  async setTranscript(
    id: string,
    owner: Owner,
    transcript: string | null,
    options: StatementOptions,
  ): Promise<AudioModel | null> {
    return this.change(
      "set the transcript",
      { id, userId: owner, status: "ready" },
      {
        values: { transcript },
        ...options,
      },
    );
  }
}
