import type { Owner } from "../owner-types.js";
import type { AudioModel } from "../models/audio.model.js";
import { MODELS } from "./models.js";
import { MediaRepo, type Reads } from "./media-repo.js";
import { LockingStatement, type StatementOptions } from "./statements.js";
import type { Tables } from "./tables.js";

/** Audio files. */
export class AudioRepo extends MediaRepo<"audio"> {
  readonly #setTranscript: LockingStatement<[id: string, owner: Owner, transcript: string | null]>;

  constructor(tables: Tables, reads: Reads = "primary") {
    super(tables, MODELS.audio, "audio", reads);
    this.#setTranscript = new LockingStatement(
      (wait) => `
      UPDATE ${this.layout.table("audio")} SET transcript = $3, updated_at = clock_timestamp()
      WHERE id = $1 AND user_id IS NOT DISTINCT FROM $2 AND ${wait}
      RETURNING ${this.columns.list()}
    `,
    );
  }

  /** Replaces the transcript of the owner's file. Null when there is no such file. */
  setTranscript(
    id: string,
    owner: Owner,
    transcript: string | null,
    options: StatementOptions,
  ): Promise<AudioModel | null> {
    return this.first("set the transcript", this.#setTranscript, [id, owner, transcript], options);
  }
}
