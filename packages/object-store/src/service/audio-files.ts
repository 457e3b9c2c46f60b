import { checkFileId } from "../checks.js";
import { toAudioRead } from "../dto/media-read.js";
import type { ReadOf } from "../dto/dtos-of-kind.js";
import { isTranscript, TRANSCRIPT_RULE } from "../dto/rules.js";
import { InvalidInputError } from "../errors.js";
import type { OwnerId } from "../owner-types.js";
import type { AudioCollection, WriteOptions } from "../provider.js";
import { changeError } from "./change-error.js";
import { MediaFiles } from "./media-files.js";
import type { ScopedCalls } from "./scoped-calls.js";

/** The audio files of a scope. */
export class AudioFiles extends MediaFiles<"audio"> implements AudioCollection<OwnerId> {
  readonly #scope: ScopedCalls<"audio">;

  constructor(scope: ScopedCalls<"audio">) {
    super(scope);
    this.#scope = scope;
  }

  setTranscript(
    id: string,
    transcript: string | null,
    options?: WriteOptions,
  ): Promise<ReadOf<"audio">> {
    return this.#scope.run("set_transcript", options, async ({ transaction }) => {
      const fileId = checkFileId(id);
      if (transcript !== null && !isTranscript(transcript)) {
        throw new InvalidInputError(`${TRANSCRIPT_RULE}, or null to remove it.`);
      }
      const { dependencies, owner } = this.#scope;
      const { transcripts, files } = dependencies;
      const row = await transcripts.setTranscript(fileId, owner, transcript, { transaction });
      if (row !== null) return toAudioRead(row);
      const seen = await files.audio.visibleById(fileId, owner, { transaction, decides: true });
      throw changeError(id, seen, owner);
    });
  }
}
