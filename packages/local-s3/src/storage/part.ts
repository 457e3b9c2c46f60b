import { type StoredChecksum } from "../checksums/checksum.js";

export const MAX_PART_NUMBER = 10_000;

export interface PartMetadata {
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  readonly checksum?: StoredChecksum | undefined;
}

export interface PartSummary extends PartMetadata {
  readonly partNumber: number;
  /** Bytes. */
  readonly size: number;
}

export function partFileName(partNumber: number): string {
  return `part-${String(partNumber).padStart(5, "0")}`;
}

export function partNumberOf(name: string): number | undefined {
  const match = /^part-(\d{5})$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}
