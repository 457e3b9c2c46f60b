import type { ReadOf } from "../dto/dtos-of-kind.js";
import { MAX_TRANSCRIPT_CHARACTERS } from "../dto/media-create.js";
import { checkText } from "../dto/rules.js";
import type { OwnerId } from "../owner-types.js";
import type { AudioCollection, WriteOptions } from "../provider.js";
import { changeFile } from "./change-file.js";
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
    return this.#scope.run("set_transcript", options, async (checked) => {
      if (transcript !== null) checkText("transcript", transcript, MAX_TRANSCRIPT_CHARACTERS);
      return changeFile(this.#scope, id, { transcript }, checked);
    });
  }
}
