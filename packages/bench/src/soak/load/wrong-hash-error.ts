/** Raised when bytes are not those that were sent. */
export class WrongHashError extends Error {
  override readonly name = "WrongHashError";

  /** Both SHA-256 in hexadecimal. */
  constructor(id: string, actual: string, expected: string) {
    super(`${id}: SHA-256 is ${actual}, and of what was sent it is ${expected}`);
  }
}
