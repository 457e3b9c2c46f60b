import { type Check, type CheckGroup, checkId } from "./check.js";
import type { Dialect } from "./dialect.js";
import { contract } from "./contract.js";
import { type Difference } from "./difference.js";
import { Subject, type Target } from "./subject.js";

/** The functions of a test runner such as jest. */
export interface TestRunner {
  describe(name: string, body: () => void): void;
  it(name: string, run: () => Promise<void>): void;
}

export interface RegisterOptions {
  readonly runner: TestRunner;
  readonly target: Target;
  readonly dialects: readonly Dialect[];
  /** The points in which the target is known to differ from S3; none by default. */
  readonly differences?: readonly Difference[];
  /** What to check; the whole contract by default. */
  readonly groups?: readonly CheckGroup[];
}

/**
 * Registers one test for each check and dialect. A check for which a difference is named passes when
 * the server fails it and does what the difference says: a difference that is over has to go.
 *
 * @throws Error when a difference names no check
 */
export function registerContract(options: RegisterOptions): void {
  const { runner, target, dialects, differences = [], groups = contract } = options;
  requireKnownChecks(groups, differences);
  for (const dialect of dialects) {
    runner.describe(`${target.name}, by ${dialect}`, () => {
      for (const group of groups.filter((each) => each.dialects.includes(dialect))) {
        runner.describe(group.name, () => {
          for (const [title, check] of Object.entries(group.checks)) {
            const difference = differences.find(
              (each) => each.checks.includes(checkId(group, title)) && applies(each, dialect),
            );
            if (difference === undefined) {
              runner.it(title, () => withSubject(target, dialect, check));
            } else {
              runner.it(`differs in: ${title} (it ${difference.what})`, async () => {
                await withSubject(target, dialect, mustFail(check));
                await withSubject(target, dialect, difference.behaves);
              });
            }
          }
        });
      }
    });
  }
}

function applies({ dialects }: Difference, dialect: Dialect): boolean {
  return dialects?.includes(dialect) ?? true;
}

function requireKnownChecks(
  groups: readonly CheckGroup[],
  differences: readonly Difference[],
): void {
  const known = new Set(
    groups.flatMap((group) => Object.keys(group.checks).map((title) => checkId(group, title))),
  );
  for (const check of differences.flatMap(({ checks }) => checks)) {
    if (!known.has(check)) throw new Error(`The contract has no check named ${check}`);
  }
}

async function withSubject(target: Target, dialect: Dialect, check: Check): Promise<void> {
  const subject = await Subject.open(target, dialect);
  try {
    await check(subject);
  } finally {
    await subject.close();
  }
}

function mustFail(check: Check): Check {
  return async (s3) => {
    try {
      await check(s3);
    } catch {
      return;
    }
    throw new Error("The server passes this check: the difference is over and has to go");
  };
}
