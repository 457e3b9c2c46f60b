/** A transfer that did not end well; only used inside the module. */
export class TransferFailure extends Error {
  /** Why: an error of the body's, or of S3's. */
  override readonly cause: unknown;
  /** Whether an object or parts of one may be on the server, now or a little later. */
  readonly mayHaveLeftBytes: boolean;

  constructor(cause: unknown, mayHaveLeftBytes: boolean) {
    super("the transfer failed");
    this.cause = cause;
    this.mayHaveLeftBytes = mayHaveLeftBytes;
  }
}
