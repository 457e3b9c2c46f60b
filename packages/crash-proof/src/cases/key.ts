/** The idempotency key of use cases that have one. */
export const KEY = "the-same-upload";
