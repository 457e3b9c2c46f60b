import type { MediaKind } from "@repo/media-inspection";

import { bound } from "../bound.js";
import type { Owner, OwnerId } from "../owner-types.js";
import type { MediaScope as PublicMediaScope, StorageUsage } from "../provider.js";
import { AudioFiles } from "./audio-files.js";
import type { Dependencies } from "./dependencies.js";
import { FileLists } from "./file-lists.js";
import { MediaFiles } from "./media-files.js";
import { ScopedCalls } from "./scoped-calls.js";

/** The store, bound to one owner: no call of a scope can name another. */
export class MediaScope extends FileLists<MediaKind> implements PublicMediaScope<OwnerId> {
  readonly images: MediaFiles<"image">;
  readonly audio: AudioFiles;
  readonly #calls: ScopedCalls<undefined>;

  constructor(dependencies: Dependencies, owner: Owner) {
    const calls = new ScopedCalls(dependencies, owner, undefined);
    super(calls);
    this.#calls = calls;
    this.images = bound(new MediaFiles(new ScopedCalls(dependencies, owner, "image")));
    this.audio = bound(new AudioFiles(new ScopedCalls(dependencies, owner, "audio")));
    bound(this);
  }

  usage(): Promise<StorageUsage> {
    const { dependencies, owner } = this.#calls;
    return this.#calls.call("usage", () => dependencies.quotas.usage(owner));
  }
}
