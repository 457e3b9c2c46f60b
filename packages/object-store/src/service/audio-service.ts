import { type Checked, checkFileId } from "../checks.js";
import type { AudioCreate } from "../dto/media-create.js";
import type { AudioRead } from "../dto/media-read.js";
import { isTranscript, TRANSCRIPT_RULE } from "../dto/rules.js";
import { InvalidInputError } from "../errors.js";
import type { Owner } from "../kinds.js";
import type { AudioModel } from "../models/audio.model.js";
import type { WriteOptions } from "../provider.js";
import type { AudioRows } from "../repo/audio-repo.js";
import type { Dependencies } from "./dependencies.js";
import type { MediaKindOf } from "./media-kind.js";
import { MediaService, type SharedRepos } from "./media-service.js";
import { refusal } from "./refusal.js";

/** The use cases of audio files: those of any file, and transcripts. */
export class AudioService extends MediaService<AudioModel, AudioCreate, AudioRead> {
  readonly #repo: AudioRows;

  constructor(
    dependencies: Dependencies,
    kind: MediaKindOf<AudioModel, AudioCreate, AudioRead>,
    repo: AudioRows,
    shared: SharedRepos,
  ) {
    super(dependencies, kind, shared);
    this.#repo = repo;
  }

  async setTranscript(
    owner: Owner,
    id: string,
    transcript: string | null,
    { transaction }: Checked<WriteOptions>,
  ): Promise<AudioRead> {
    const fileId = checkFileId(id);
    if (transcript !== null && !isTranscript(transcript)) {
      throw new InvalidInputError(`${TRANSCRIPT_RULE}, or null to remove it.`);
    }
    const row = await this.#repo.setTranscript(fileId, owner, transcript, { transaction });
    if (row === null) throw await refusal(this.#repo, owner, fileId, { transaction });
    return this.kind.read(row);
  }
}
