import type { MediaFacts, MediaKind } from "@repo/media-inspection";

import type { MediaCreate } from "../dto/media-create.js";
import type { AudioRead, ImageRead } from "../dto/media-read.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { Files, StoredFacts } from "../repo/media-repo.js";

/** What differs between images and audio, for the use cases that serve both. */
export interface MediaKindOf<
  Row extends MediaFileModel,
  Create extends MediaCreate,
  Read extends ImageRead | AudioRead,
> {
  readonly kind: MediaKind;
  /** How a message calls what is accepted. */
  readonly accepted: string;
  readonly createDto: new () => Create;
  readonly repo: Files<Row>;
  /** Of the other kind: an idempotency key is one owner's for both. */
  readonly otherFiles: Pick<Files<MediaFileModel>, "byIdempotencyKey">;
  /** What a good verdict makes of a file's attributes. */
  values(
    facts: MediaFacts,
    stored: StoredFacts,
    input: Create,
  ): Partial<Pick<Row, keyof Row>> & StoredFacts;
  read(row: Row): Read;
}
