/** How far a request's clock may be off, as S3 has it: 15 minutes. */
export const MAX_SKEW_MS = 15 * 60 * 1000;

/** Milliseconds since the epoch of an ISO 8601 basic time (20130524T000000Z); undefined when it is none. */
export function parseTimestamp(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(
    `${String(year)}-${String(month)}-${String(day)}T${String(hour)}:${String(minute)}:${String(second)}Z`,
  );
  return Number.isNaN(time) ? undefined : time;
}

export function formatTimestamp(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "");
}
