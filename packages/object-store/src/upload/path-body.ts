import { fileURLToPath } from "node:url";

import { InvalidInputError } from "../errors.js";

/** Registered, so that two copies of the module know each other's. JSON cannot hold a symbol. */
const PATH: unique symbol = Symbol.for("object-store.path");

/** A file of this machine as the body of an upload. Only {@link fromPath} makes one. */
export interface PathBody {
  readonly [PATH]: string;
}

/**
 * The file of this machine with this path or `file:` URL, as the body of an upload. The file brings
 * its name. Never call it with a path that a client chose.
 *
 * @throws InvalidInputError (`invalid_input`) for what can be neither
 */
export function fromPath(path: string | URL): PathBody {
  const given: unknown = path instanceof URL && path.protocol === "file:" ? pathOfUrl(path) : path;
  if (typeof given !== "string" || given === "" || given.includes("\0")) {
    throw new InvalidInputError(
      "fromPath takes the path of a file, without NUL, or its file: URL.",
    );
  }
  return Object.freeze({ [PATH]: given });
}

function pathOfUrl(url: URL): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    // It names another host, or encodes a slash.
    return undefined;
  }
}

/** The path of a body that {@link fromPath} made; undefined for anything else. */
export function pathOf(body: object): string | undefined {
  const path: unknown = (body as Partial<PathBody>)[PATH];
  return typeof path === "string" ? path : undefined;
}
