import type { AudioRead, ImageRead } from "@repo/object-store";

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

/** Such as `128 kb/s`. */
export function formatBitrate(bitsPerSecond: number): string {
  return `${NUMBER.format(bitsPerSecond / 1000)} kb/s`;
}

/** Such as `44.1 kHz`. */
export function formatSampleRate(hertz: number): string {
  return `${NUMBER.format(hertz / 1000)} kHz`;
}

/** Such as `mono` or `6 channels`. */
export function formatChannels(channels: number): string {
  return ["mono", "stereo"][channels - 1] ?? `${channels} channels`;
}

/** Such as `800 × 600`. */
export function formatDimensions({ width, height }: Pick<ImageRead, "width" | "height">): string {
  return `${width} × ${height}`;
}

/** Such as `PNG` or `M4A`. */
export function formatName(contentType: (ImageRead | AudioRead)["contentType"]): string {
  const subtype = contentType.slice(contentType.indexOf("/") + 1);
  const names: Record<string, string> = { mp4: "M4A", mpeg: "MP3", webp: "WebP" };
  return names[subtype] ?? subtype.toUpperCase();
}

/** A number with a word that agrees with it, such as `1 file`. */
export function formatCount(count: number, noun: string): string {
  return `${NUMBER.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}
