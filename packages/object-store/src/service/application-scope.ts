import { bound } from "../bound.js";
import { EVERY_OWNER, type OwnerId } from "../owner-types.js";
import type { ApplicationScope as PublicApplicationScope } from "../provider.js";
import type { Dependencies } from "./dependencies.js";
import { FileReads } from "./file-reads.js";
import { ScopedCalls } from "./scoped-calls.js";

/** The store for reads that the application has itself authorised, of every owner's files. */
export class ApplicationScope implements PublicApplicationScope<OwnerId> {
  readonly images: FileReads<"image">;
  readonly audio: FileReads<"audio">;

  constructor(dependencies: Dependencies) {
    this.images = bound(new FileReads(new ScopedCalls(dependencies, EVERY_OWNER, "image")));
    this.audio = bound(new FileReads(new ScopedCalls(dependencies, EVERY_OWNER, "audio")));
    Object.freeze(this);
  }
}
