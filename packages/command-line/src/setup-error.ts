/** Raised when a run cannot begin or end as asked; the message says what to do about it. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}
