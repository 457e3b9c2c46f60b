import type { AudioModel } from "../models/audio.model.js";
import type { ImageModel } from "../models/image.model.js";
import type { AudioRepo } from "../repo/audio-repo.js";
import type { ImageRepo, StoredImageFacts } from "../repo/image-repo.js";
import type { IdempotencyRepo } from "../repo/idempotency-repo.js";
import { AudioService } from "./audio-service.js";
import type { Dependencies } from "./dependencies.js";
import type { AudioRead } from "./dto/audio-read.js";
import type { ImageCreate } from "./dto/image-create.js";
import type { ImageRead } from "./dto/image-read.js";
import { imageKind } from "./image-kind.js";
import { FileLists } from "./list-files.js";
import { MediaService, type SharedRepos } from "./media-service.js";

export interface Repos extends SharedRepos {
  images: ImageRepo;
  audio: AudioRepo;
  imageKeys: IdempotencyRepo<ImageModel>;
  audioKeys: IdempotencyRepo<AudioModel>;
}

/** Everything that the module does, for any owner. The public face binds it to one scope. */
export class ObjectStoreService {
  readonly images: MediaService<ImageModel, StoredImageFacts, ImageCreate, ImageRead>;
  readonly audio: AudioService;
  /** Of both kinds. */
  readonly lists: FileLists<ImageRead | AudioRead>;

  constructor(dependencies: Dependencies, repos: Repos) {
    this.images = new MediaService(dependencies, imageKind(repos.images, repos.imageKeys), repos);
    this.audio = new AudioService(dependencies, repos.audio, repos.audioKeys, repos);
    this.lists = new FileLists(dependencies, repos.lists, ["image", "audio"]);
  }
}
