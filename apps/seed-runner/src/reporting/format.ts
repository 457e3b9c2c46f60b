import type { AudioRead, ImageRead } from "@repo/object-store";

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

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
