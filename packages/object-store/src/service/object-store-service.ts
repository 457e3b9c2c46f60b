import type { ImageCreate } from "../dto/media-create.js";
import type { AudioRead, ImageRead } from "../dto/media-read.js";
import type { ImageModel } from "../models/image.model.js";
import type { AudioRows } from "../repo/audio-repo.js";
import type { ImageRows } from "../repo/image-repo.js";
import { audioKind } from "./audio-kind.js";
import { AudioService } from "./audio-service.js";
import type { Dependencies } from "./dependencies.js";
import { imageKind } from "./image-kind.js";
import { FileLists } from "./list-files.js";
import { MediaService, type SharedRepos } from "./media-service.js";

export interface Repos extends SharedRepos {
  images: ImageRows;
  audio: AudioRows;
}

/** Everything that the module does, for any owner. The public face binds it to one scope. */
export class ObjectStoreService {
  readonly images: MediaService<ImageModel, ImageCreate, ImageRead>;
  readonly audio: AudioService;
  /** Of both kinds. */
  readonly lists: FileLists<ImageRead | AudioRead>;

  constructor(dependencies: Dependencies, repos: Repos) {
    const { images, audio } = repos;
    this.images = new MediaService(dependencies, imageKind(images, audio), repos);
    this.audio = new AudioService(dependencies, audioKind(audio, images), audio, repos);
    this.lists = new FileLists(dependencies, repos.lists, ["image", "audio"]);
  }
}
