import { type Check } from "./check.js";
import type { Dialect } from "./dialect.js";

/** A server's own way in one point. */
export interface Difference {
  /** The names of the checks that the server does not pass: the group's name and the title of each. */
  readonly checks: readonly string[];
  /** Where it shows; in every dialect of the checks by default. */
  readonly dialects?: readonly Dialect[];
  /** What the server does instead, as the end of a sentence about it. */
  readonly what: string;
  /** Where that is documented or reported. */
  readonly source: string;
  /** What the product relies on nevertheless, or does about it. */
  readonly consequence: string;
  /** Rejects unless the server does what `what` says. */
  readonly behaves: Check;
}

export interface KnownServer {
  readonly name: string;
  readonly differences: readonly Difference[];
}
