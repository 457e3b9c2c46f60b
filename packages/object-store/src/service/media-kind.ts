import type { MediaFacts, MediaKind } from "../inspection/media-facts.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { IdempotencyRepo } from "../repo/idempotency-repo.js";
import type { MediaRepo, StoredFacts } from "../repo/media-repo.js";
import type { AudioRead } from "./dto/audio-read.js";
import type { ImageRead } from "./dto/image-read.js";
import type { MediaCreate } from "./dto/media-create.js";

/** What differs between images and audio, for the use cases that serve both. */
export interface MediaKindOf<
  Row extends MediaFileModel,
  Facts extends StoredFacts,
  Create extends MediaCreate,
  Read extends ImageRead | AudioRead,
> {
  readonly kind: MediaKind;
  /** How a message calls what is accepted. */
  readonly accepted: string;
  readonly createDto: new () => Create;
  readonly repo: MediaRepo<Row, Facts>;
  readonly keys: IdempotencyRepo<Row>;
  /** The columns that a good verdict fills. */
  columns(facts: MediaFacts, stored: StoredFacts, input: Create): Facts;
  read(row: Row): Read;
}
