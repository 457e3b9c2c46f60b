/** Thrown in the midst of an operation whose connection a fault has reset: there is no answer. */
export class ConnectionReset extends Error {
  override readonly name = "ConnectionReset";
}
