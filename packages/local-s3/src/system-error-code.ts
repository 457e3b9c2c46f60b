/**
 * The code of an error of Node's own, such as ENOENT. Told by shape: test runners load modules in
 * realms of their own, where such an error is no `instanceof Error`.
 */
export function systemErrorCode(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
