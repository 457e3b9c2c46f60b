import { InvalidInputError } from "../errors.js";

/** Registered, so that two copies of the module know each other's. JSON cannot hold a symbol. */
const PATH: unique symbol = Symbol.for("object-store.path");

/** A file of this machine as the body of an upload. Only {@link fromPath} makes one. */
export interface PathBody {
  readonly [PATH]: string;
}

/**
 * The file of this machine with this path, as the body of an upload. The file brings its name. Never
 * call it with a path that a client chose.
 *
 * @throws InvalidInputError (`invalid_input`) unless it is a string that can be a path
 */
export function fromPath(path: string): PathBody {
  const given: unknown = path;
  if (typeof given !== "string" || given === "" || given.includes("\0")) {
    throw new InvalidInputError("fromPath takes the path of a file: a string without NUL.");
  }
  return Object.freeze({ [PATH]: path });
}

/** The path of a body that {@link fromPath} made; undefined for anything else. */
export function pathOf(body: object): string | undefined {
  const path: unknown = (body as Partial<PathBody>)[PATH];
  return typeof path === "string" ? path : undefined;
}
