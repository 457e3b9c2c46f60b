import type { Span } from "@opentelemetry/api";
import type { MediaKind } from "@repo/media-inspection";
import type { Transaction } from "sequelize";

import { checkOptions } from "../checks.js";
import type { MediaCreate } from "../dto/media-create.js";
import type { AudioRead, ImageRead } from "../dto/media-read.js";
import type { Owner } from "../kinds.js";
import type { ObjectStoreLogger } from "../logger.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type {
  AudioCollection,
  FileLists as PublicLists,
  ImageCollection,
  ListAllQuery,
  ListFilter,
  ListQuery,
  MediaCollection,
  MediaScope,
  ReadOptions,
} from "../provider.js";
import { countedUpload, observed } from "../telemetry/observed.js";
import type { FileLists } from "./list-files.js";
import type { MediaService } from "./media-service.js";
import type { ObjectStoreService } from "./object-store-service.js";
import type { OpenCalls } from "./open-calls.js";
import { discardInput } from "./upload-request.js";

/** The service, bound to one owner: no call of a scope can name another. */
export function scopeOf(service: ObjectStoreService, binding: Binding): MediaScope {
  const { owner } = binding;
  const images: ImageCollection = collectionOf(service.images, "image", binding);
  const audio: AudioCollection = {
    ...collectionOf(service.audio, "audio", binding),
    setTranscript: (id, transcript, options) =>
      call("set_transcript", "audio", binding, () =>
        service.audio.setTranscript(owner, id, transcript, checkOptions(joined(options, binding))),
      ),
  };
  return Object.freeze({
    images: Object.freeze(images),
    audio: Object.freeze(audio),
    ...listsOf(service.lists, undefined, binding),
  });
}

interface Binding {
  owner: Owner;
  /** That of the code that runs, where nobody names one. */
  currentTransaction: () => Transaction | undefined;
  logger: ObjectStoreLogger;
  calls: OpenCalls;
}

/** Options in the transaction of the code that calls, unless they name one, or null for none. */
function joined<Options extends ReadOptions>(
  options: Options | undefined,
  { currentTransaction }: Binding,
): Options | undefined {
  const given: unknown = options ?? {};
  if (typeof given !== "object" || (given as ReadOptions).transaction !== undefined) return options;
  const transaction = currentTransaction();
  return transaction === undefined ? options : ({ ...options, transaction } as Options);
}

/** Every call is observed here. */
function call<Result>(
  name: string,
  kind: MediaKind | undefined,
  { owner, logger, calls }: Binding,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const scope = owner === null ? "system" : "user";
  return observed({ name, scope, ...(kind && { kind }) }, logger, (span) =>
    calls.run(() => work(span)),
  );
}

/** A page has URLs where its query asks for them, which is what the overloads say. */
function listsOf<Read extends ImageRead | AudioRead>(
  lists: FileLists<Read>,
  kind: MediaKind | undefined,
  binding: Binding,
): PublicLists<Read> {
  const { owner } = binding;
  return {
    list: (query?: ListQuery) =>
      call("list", kind, binding, () => lists.page(owner, checkOptions(joined(query, binding)))),
    all: (query?: ListAllQuery) => lists.all(owner, joined(query, binding)),
    count: (filter?: ListFilter) =>
      call("count", kind, binding, () => lists.count(owner, checkOptions(joined(filter, binding)))),
  } as PublicLists<Read>;
}

function collectionOf<
  Row extends MediaFileModel,
  Create extends MediaCreate,
  Read extends ImageRead | AudioRead,
>(
  service: MediaService<Row, Create, Read>,
  kind: MediaKind,
  binding: Binding,
): MediaCollection<Create, Read> {
  const { owner } = binding;
  const run = <Result>(name: string, work: () => Promise<Result>): Promise<Result> =>
    call(name, kind, binding, work);
  return {
    upload(input, options) {
      if (binding.calls.isClosed) void discardInput(input);
      return call("upload", kind, binding, (span) =>
        countedUpload(kind, span, service.upload(owner, input, joined(options, binding))),
      );
    },
    get: (id, options) =>
      run("get", () => service.get(owner, id, checkOptions(joined(options, binding)))),
    exists: (id, options) =>
      run("exists", () => service.exists(owner, id, checkOptions(joined(options, binding)))),
    ...listsOf(service.lists, kind, binding),
    url: (id, options) =>
      run("url", () => service.url(owner, id, checkOptions(joined(options, binding)))),
    urls: (ids, options) =>
      run("urls", () => service.urls(owner, ids, checkOptions(joined(options, binding)))),
    download: (id, options) =>
      run("download", () => service.download(owner, id, checkOptions(joined(options, binding)))),
    createDirectUpload: (input, options) =>
      run("create_direct_upload", () =>
        service.createDirectUpload(owner, input, checkOptions(options)),
      ),
    completeDirectUpload: (id, options) =>
      run("complete_direct_upload", () =>
        service.completeDirectUpload(owner, id, checkOptions(joined(options, binding))),
      ),
    directUpload: (id) => run("direct_upload", () => service.directUpload(owner, id)),
    cancelDirectUpload: (id) =>
      run("cancel_direct_upload", () => service.cancelDirectUpload(owner, id)),
    delete: (id, options) =>
      run("delete", () => service.delete(owner, id, checkOptions(joined(options, binding)))),
    deleteMany: (ids, options) =>
      run("delete_many", () =>
        service.deleteMany(owner, ids, checkOptions(joined(options, binding))),
      ),
  };
}
