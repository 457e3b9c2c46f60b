/** The same database at another port. */
export function onPort(url: string, port: number): string {
  const other = new URL(url);
  other.hostname = "127.0.0.1";
  other.port = String(port);
  return other.href;
}
