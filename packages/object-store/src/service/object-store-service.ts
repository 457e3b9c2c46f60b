import type { AudioModel } from "../models/audio.model.js";
import type { ImageModel } from "../models/image.model.js";
import type { ListQuery } from "../provider.js";
import type { AudioRepo } from "../repo/audio-repo.js";
import type { ImageRepo, StoredImageFacts } from "../repo/image-repo.js";
import type { Owner } from "../repo/conditions.js";
import type { IdempotencyRepo } from "../repo/idempotency-repo.js";
import { AudioService } from "./audio-service.js";
import type { Dependencies } from "./dependencies.js";
import type { AudioRead } from "./dto/audio-read.js";
import type { ImageCreate } from "./dto/image-create.js";
import type { ImageRead } from "./dto/image-read.js";
import type { Page } from "./dto/page.js";
import { toAudioRead, toImageRead } from "./dto/to-read.js";
import { imageKind } from "./image-kind.js";
import { checkListQuery, pageOf } from "./list-query.js";
import { MediaService } from "./media-service.js";

interface Repos {
  images: ImageRepo;
  audio: AudioRepo;
  imageKeys: IdempotencyRepo<ImageModel>;
  audioKeys: IdempotencyRepo<AudioModel>;
}

/** Everything that the module does, for any owner. The public face binds it to one scope. */
export class ObjectStoreService {
  readonly images: MediaService<ImageModel, StoredImageFacts, ImageCreate, ImageRead>;
  readonly audio: AudioService;
  readonly #repos: Repos;

  constructor(dependencies: Dependencies, repos: Repos) {
    this.#repos = repos;
    this.images = new MediaService(dependencies, imageKind(repos.images, repos.imageKeys));
    this.audio = new AudioService(dependencies, repos.audio, repos.audioKeys);
  }

  /** A page of both kinds, newest first. */
  async list(owner: Owner, query: ListQuery): Promise<Page<ImageRead | AudioRead>> {
    const binding = { owner, list: "all" } as const;
    const { limit, before } = checkListQuery(query, binding);
    const page = { limit: limit + 1, before };
    const [images, audio] = await Promise.all([
      this.#repos.images.listByUserId(owner, page),
      this.#repos.audio.listByUserId(owner, page),
    ]);
    const merged = [
      ...images.map((row) => ({ id: row.id, read: () => toImageRead(row) })),
      ...audio.map((row) => ({ id: row.id, read: () => toAudioRead(row) })),
    ].sort((a, b) => (a.id < b.id ? 1 : -1));
    return pageOf(merged, limit, binding, ({ read }) => read());
  }
}
