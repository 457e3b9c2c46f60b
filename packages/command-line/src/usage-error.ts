/** Raised when the command line or the environment asks for what cannot be done. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
