/** How a check speaks to the server. */
export type Dialect =
  /** The official SDK as it is by default: it adds checksums, trailing ones to streams. */
  | "sdk"
  /** The official SDK with `WHEN_REQUIRED`: checksums only where S3 demands them. */
  | "sdk-when-required"
  /** Plain HTTP, as a browser or a forger has it. */
  | "http";
