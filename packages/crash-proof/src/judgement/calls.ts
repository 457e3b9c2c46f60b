import type { Entry, Failure, Intent } from "../journal.js";

/** What became of something, as far as its caller can know. */
export type Fate =
  | "applied"
  | "undone"
  /** Nobody was told: either is right, but nothing between. */
  | "open";

export interface Call {
  intent: Intent;
  inTransaction: boolean;
  fate: Fate;
  /** The id of a file, or of a direct upload, that the call was acknowledged with. */
  id?: string;
  /** The key of the variant that the call was acknowledged with. */
  s3Key?: string;
  /** Files that an acknowledged call left as they were. */
  failures: readonly Failure[];
  /** The error code of a call that failed. */
  code?: string;
}

/** The statement may have taken effect although its answer was lost, or was not waited for. */
const AMBIGUOUS = new Set(["database_unavailable", "database_error", "store_closed"]);
/** The file is gone for readers by then; its bytes follow. */
const DELETED_ALL_THE_SAME = new Set(["storage_unavailable", "storage_error"]);

/** Reads a journal as its caller would have to. */
export function callsOf(journal: readonly Entry[]): Call[] {
  const transaction = fateOfTransaction(journal);
  const calls = new Map<number, Call>();
  for (const entry of journal) {
    if (entry.entry === "begun") {
      const { intent, inTransaction } = entry;
      // A transaction in which a call never came back was never committed.
      const fate = inTransaction ? "undone" : "open";
      calls.set(entry.call, { intent, inTransaction, fate, failures: [] });
    } else if (entry.entry === "done") {
      const call = required(calls, entry.call);
      call.fate = call.inTransaction ? transaction : "applied";
      if (entry.id !== undefined) call.id = entry.id;
      if (entry.s3Key !== undefined) call.s3Key = entry.s3Key;
      call.failures = entry.failures ?? [];
    } else if (entry.entry === "failed") {
      const call = required(calls, entry.call);
      call.code = entry.code;
      call.fate = call.inTransaction ? "undone" : fateOfFailure(call.intent, entry.code);
    }
  }
  return [...calls.values()];
}

function fateOfFailure({ do: what }: Intent, code: string): Fate {
  // Some files may be done.
  if (AMBIGUOUS.has(code) || what === "strip") return "open";
  return what === "delete" && DELETED_ALL_THE_SAME.has(code) ? "applied" : "undone";
}

function fateOfTransaction(journal: readonly Entry[]): Fate {
  const has = (what: Entry["entry"]): boolean => journal.some(({ entry }) => entry === what);
  if (has("committed")) return "applied";
  return has("committing") ? "open" : "undone";
}

function required(calls: ReadonlyMap<number, Call>, number: number): Call {
  const call = calls.get(number);
  if (call === undefined) throw new Error(`call ${number} ended without having begun`);
  return call;
}
