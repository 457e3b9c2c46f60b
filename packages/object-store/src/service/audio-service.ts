import { InvalidInputError } from "../errors.js";
import type { AudioModel } from "../models/audio.model.js";
import type { WriteOptions } from "../provider.js";
import type { AudioRepo, StoredAudioFacts } from "../repo/audio-repo.js";
import type { IdempotencyRepo } from "../repo/idempotency-repo.js";
import type { Owner } from "../repo/conditions.js";
import { audioKind } from "./audio-kind.js";
import { checkFileId } from "./check.js";
import type { Dependencies } from "./dependencies.js";
import type { AudioCreate } from "./dto/audio-create.js";
import type { AudioRead } from "./dto/audio-read.js";
import { isTranscript, TRANSCRIPT_RULE } from "./dto/is-transcript.js";
import { MediaService, type SharedRepos } from "./media-service.js";
import { refusal } from "./refusal.js";

/** The use cases of audio files: those of any file, and transcripts. */
export class AudioService extends MediaService<
  AudioModel,
  StoredAudioFacts,
  AudioCreate,
  AudioRead
> {
  readonly #repo: AudioRepo;

  constructor(
    dependencies: Dependencies,
    repo: AudioRepo,
    keys: IdempotencyRepo<AudioModel>,
    shared: SharedRepos,
  ) {
    super(dependencies, audioKind(repo, keys), shared);
    this.#repo = repo;
  }

  async setTranscript(
    owner: Owner,
    id: string,
    transcript: string | null,
    { transaction }: WriteOptions,
  ): Promise<AudioRead> {
    const fileId = checkFileId(id);
    if (transcript !== null && !isTranscript(transcript)) {
      throw new InvalidInputError(`${TRANSCRIPT_RULE}, or null to remove it.`);
    }
    const row = await this.#repo.setTranscript(fileId, owner, transcript, { transaction });
    if (row === null) throw await refusal(this.#repo, owner, fileId);
    return this.kind.read(row);
  }
}
