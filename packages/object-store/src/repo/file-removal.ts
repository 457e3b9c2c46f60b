import { FileInUseError } from "../errors.js";
import { sqlStateOf } from "./database-failure.js";
import type { Layout } from "../layout.js";
import { isLocked, type StatementOptions } from "./statements.js";

/** How often a deletion is run again that lost to variants made at the same time. */
const MAX_RETRIES = 20;

/** What became of files to delete. Files in none of these did not exist. */
export interface Removal<Row> {
  /** The rows before. Their keys are in the journal, or will be once the transaction commits. */
  removed: Row[];
  /** By id, files that rows of the application refer to. */
  inUse: Map<string, FileInUseError>;
  /** By id, why a file could not be deleted, if it exists. */
  failed: Map<string, unknown>;
}

export interface HalvingOptions extends StatementOptions {
  /** Skips files that are locked, or whose referring rows are, instead of waiting. */
  skipLocked?: boolean;
}

export interface RemovalOptions extends HalvingOptions {
  leaseSeconds: number;
  /** Whether the event of each file says so, also where it was in the trash. */
  isErasure?: boolean;
}

/**
 * Deletes files in one statement, and in halves where it fails: PostgreSQL names the constraint that
 * refused, but not the file.
 *
 * @param run deletes files and returns their rows, or fails without any effect
 * @param names of the module's own tables, whose constraints are no reference to a file
 */
export async function removeInHalves<Row>(
  run: (ids: readonly string[], options: HalvingOptions) => Promise<Row[]>,
  ids: readonly string[],
  given: HalvingOptions,
  names: Layout["names"],
): Promise<Removal<Row>> {
  let retries = 0;
  const removal: Removal<Row> = { removed: [], inUse: new Map(), failed: new Map() };
  const remove = async (some: readonly string[], options: HalvingOptions): Promise<void> => {
    const { transaction, skipLocked = false } = options;
    const [id] = some;
    if (id === undefined) return;
    try {
      removal.removed.push(...(await run(some, options)));
    } catch (error) {
      // A variant was made after the statement's snapshot: the next one sees it.
      if (isOf(error, names.variant) && retries < MAX_RETRIES) {
        retries += 1;
        await remove(some, options);
        return;
      }
      const isHeld = isLocked(error) && transaction === undefined;
      if (isHeld && !skipLocked) {
        // It has waited long enough for the locked files; the others are deleted.
        await remove(some, { ...options, skipLocked: true });
        for (const each of some) removal.failed.set(each, error);
      } else if (!isHeld && !isRefusal(error, names)) {
        // What was deleted before stays deleted and is reported.
        if (transaction !== undefined || removal.removed.length === 0) throw error;
        for (const each of some) removal.failed.set(each, error);
      } else if (some.length > 1) {
        const middle = some.length >> 1;
        await remove(some.slice(0, middle), options);
        await remove(some.slice(middle), options);
      } else if (!isHeld) {
        const { table, constraint } = answerOf(error);
        removal.inUse.set(id, new FileInUseError(table, constraint, error));
      }
    }
  };
  await remove(ids, given);
  return removal;
}

/**
 * Whether a constraint of the application refused: a foreign key, or what its SET NULL or SET DEFAULT
 * would violate, all of class 23.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
function isRefusal(error: unknown, { journal, variant }: Layout["names"]): boolean {
  const isOurs = isOf(error, journal) || isOf(error, variant);
  return sqlStateOf(error).startsWith("23") && !isOurs;
}

/** Whether a constraint of one of the module's tables refused. */
function isOf(error: unknown, name: string): boolean {
  if (!sqlStateOf(error).startsWith("23")) return false;
  const { table, constraint = "" } = answerOf(error);
  return table === name && constraint.startsWith(`${name}_`);
}

function answerOf(error: unknown): { constraint?: string; table?: string } {
  return (error as { parent: { constraint?: string; table?: string } }).parent;
}
