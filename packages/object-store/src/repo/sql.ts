/** So many seconds from now, on the database's clock. */
export function fromNow(seconds: string): string {
  return `(clock_timestamp() + make_interval(secs => ${seconds}))`;
}
