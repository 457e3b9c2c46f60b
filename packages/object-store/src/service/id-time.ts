const MAX_MS = 2 ** 48 - 1;

/**
 * An id that comes before every UUID version 7 of a moment and after every one before it.
 *
 * @param ms since 1970; what such an id cannot hold is taken for the nearest that it can
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-5.7
 */
export function earliestIdAt(ms: number): string {
  const hex = Math.min(Math.max(ms, 0), MAX_MS).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
