const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const BYTE_UNITS = ["kB", "MB", "GB"] as const;

/** Such as `512 B` or `1.4 MB`; powers of 1,000. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), BYTE_UNITS.length);
  return `${NUMBER.format(bytes / 1000 ** power)} ${BYTE_UNITS[power - 1] ?? ""}`;
}

/** Such as `0.4 s`, `3:05` or `1:02:03`. */
export function formatDuration(seconds: number): string {
  if (seconds < 59.95) return `${NUMBER.format(seconds)} s`;
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, at) => (at === 0 ? `${part}` : `${part}`.padStart(2, "0"))).join(":");
}

/** A number with a word that agrees with it, such as `1 file`. */
export function formatCount(count: number, noun: string): string {
  return `${NUMBER.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}
