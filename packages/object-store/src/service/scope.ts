import type {
  AudioCollection,
  FileLists as PublicLists,
  ImageCollection,
  ListFilter,
  ListQuery,
  MediaCollection,
  MediaScope,
} from "../provider.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { Owner } from "../repo/conditions.js";
import type { StoredFacts } from "../repo/media-repo.js";
import type { AudioRead } from "./dto/audio-read.js";
import type { ImageRead } from "./dto/image-read.js";
import type { MediaCreate } from "./dto/media-create.js";
import type { FileLists } from "./list-files.js";
import type { MediaService } from "./media-service.js";
import type { ObjectStoreService } from "./object-store-service.js";

/** The service, bound to one owner: no call of a scope can name another. */
export function scopeOf(service: ObjectStoreService, owner: Owner): MediaScope {
  const images: ImageCollection = collectionOf(service.images, owner);
  const audio: AudioCollection = {
    ...collectionOf(service.audio, owner),
    setTranscript: (id, transcript, options) =>
      service.audio.setTranscript(owner, id, transcript, options ?? {}),
  };
  return Object.freeze({
    images: Object.freeze(images),
    audio: Object.freeze(audio),
    ...listsOf(service.lists, owner),
  });
}

/** A page has URLs where its query asks for them, which is what the overloads say. */
function listsOf<Read extends ImageRead | AudioRead>(
  lists: FileLists<Read>,
  owner: Owner,
): PublicLists<Read> {
  return {
    list: (query?: ListQuery) => lists.page(owner, query ?? {}),
    all: (query?: ListQuery) => lists.all(owner, query ?? {}),
    count: (filter?: ListFilter) => lists.count(owner, filter ?? {}),
  } as PublicLists<Read>;
}

function collectionOf<
  Row extends MediaFileModel,
  Facts extends StoredFacts,
  Create extends MediaCreate,
  Read extends ImageRead | AudioRead,
>(service: MediaService<Row, Facts, Create, Read>, owner: Owner): MediaCollection<Create, Read> {
  return {
    upload: (input, options) => service.upload(owner, input, options ?? {}),
    get: (id) => service.get(owner, id),
    exists: (id) => service.exists(owner, id),
    ...listsOf(service.lists, owner),
    url: (id, options) => service.url(owner, id, options ?? {}),
    urls: (ids, options) => service.urls(owner, ids, options ?? {}),
    download: (id, options) => service.download(owner, id, options ?? {}),
    delete: (id, options) => service.delete(owner, id, options ?? {}),
    deleteMany: (ids, options) => service.deleteMany(owner, ids, options ?? {}),
  };
}
