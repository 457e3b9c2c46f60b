import { fromPath, type MediaBody } from "@repo/object-store";

import type { Owner } from "../owner.js";

/** A file to import. */
export interface Source {
  /** The path as given, or a sample's name; with the owner it identifies the file. */
  path: string;
  owner: Owner;
  body: SourceBody;
}

/** Bytes that can be read more than once. */
export type SourceBody = Uint8Array | { readonly path: string };

/** The same as the store takes it. */
export function mediaBodyOf(body: SourceBody): MediaBody {
  return body instanceof Uint8Array ? body : fromPath(body.path);
}
