import { type Dialect } from "./dialect.js";
import { type Subject } from "./subject.js";

/** Throws, or rejects, unless the server behaves as S3 does. Gets an empty bucket of its own. */
export type Check = (s3: Subject) => Promise<void>;

export interface CheckGroup {
  /** The start of a sentence that the titles of the checks finish. */
  readonly name: string;
  /** The checks are run once in each. */
  readonly dialects: readonly Dialect[];
  readonly checks: Readonly<Record<string, Check>>;
}

export const SDK_DIALECTS: readonly Dialect[] = ["sdk", "sdk-when-required"];
export const HTTP_DIALECT: readonly Dialect[] = ["http"];

/** The name by which a difference refers to a check. */
export function checkId(group: CheckGroup, title: string): string {
  return `${group.name} ${title}`;
}
