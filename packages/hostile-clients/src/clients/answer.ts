/** What came back from a server. */
export interface Answer {
  /**
   * The code of the error, `stored`, `http 408` for an answer of Node's own, or `nothing` when the
   * connection ended without a whole answer.
   */
  readonly code: string;
  /** Of the file that was stored. */
  readonly id?: string;
}

export const NOTHING: Answer = { code: "nothing" };

/** Codes of what was too slow, which on a busy machine anything may be. Nothing is stored then. */
export const TOO_SLOW: readonly string[] = [
  "database_unavailable",
  "http 408",
  "source_failed",
  "storage_unavailable",
  "upload_expired",
];

export function answerOf(status: number, body: string): Answer {
  const { id, code } = parsed(body);
  if (status === 201 && id !== undefined) return { code: "stored", id };
  return { code: status >= 400 && code !== undefined ? code : `http ${status}` };
}

function parsed(body: string): { id?: string; code?: string } {
  try {
    return JSON.parse(body) as { id?: string; code?: string };
  } catch {
    return {};
  }
}
