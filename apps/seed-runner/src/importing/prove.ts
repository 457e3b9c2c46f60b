import { errorMessage } from "../errors.js";
import { sha256OfStream } from "./sha256.js";

/** Raised when a signed URL does not give back what was stored. */
export class ProofError extends Error {
  override readonly name = "ProofError";

  constructor(
    readonly code: "fetch_failed" | "hash_mismatch",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Fetches the URL as any HTTP client would and compares what comes with the expected SHA-256.
 *
 * @throws ProofError
 */
export async function prove(url: string, sha256: string, signal: AbortSignal): Promise<void> {
  const actual = await fetchedSha256(url, signal);
  if (actual !== sha256) {
    throw new ProofError(
      "hash_mismatch",
      `The signed URL gave bytes with SHA-256 ${actual}; the source has ${sha256}.`,
    );
  }
}

async function fetchedSha256(url: string, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, { signal });
    if (response.status !== 200 || response.body === null) {
      throw new ProofError("fetch_failed", `The signed URL answered ${await answerOf(response)}.`);
    }
    return await sha256OfStream(response.body);
  } catch (error) {
    if (error instanceof ProofError || signal.aborted) throw error;
    // fetch says no more than "fetch failed"; the reason is in its cause.
    const reason = errorMessage((error as Error).cause ?? error);
    throw new ProofError("fetch_failed", `The signed URL could not be fetched: ${reason}.`, {
      cause: error,
    });
  }
}

/** The status, with S3's own code where the answer is one of its XML errors. */
async function answerOf(response: Response): Promise<string> {
  const code = /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1];
  return code === undefined ? String(response.status) : `${response.status} (${code})`;
}
