/** Bounds on what an inspection believes, follows and keeps. */
export interface InspectionLimits {
  /**
   * Pixels of one picture: width times height. Larger pictures are refused from their header.
   * Default 16,383 squared (268 million), the bound of libvips.
   */
  maxPixels: number;
  /** Frames of an animation. Default 10,000. */
  maxPages: number;
  /**
   * Bytes of zeros that may come in front of audio and between its tags. Also the bytes of leading tags
   * after which `MediaInspector.format` is provisionally `mp3`, unless it waits for the format. Default
   * 4 MiB.
   */
  maxHeadBytes: number;
  /**
   * Bytes before the first MP3 frame that belong to no tag or padding. Default 128 KiB.
   */
  maxJunkBytes: number;
  /**
   * Bytes kept of any one tag value, and looked ahead to check a tag's size; longer values are skipped
   * or cut. Default 1 MiB. Values above 8 MiB may exhaust the step budget.
   */
  maxTagBytes: number;
}

export const DEFAULT_INSPECTION_LIMITS: Readonly<InspectionLimits> = {
  maxPixels: 0x3fff * 0x3fff,
  maxPages: 10_000,
  maxHeadBytes: 4 * 1024 * 1024,
  maxJunkBytes: 128 * 1024,
  maxTagBytes: 1024 * 1024,
};

/** The limits given, with defaults for those that are not. */
export function resolveLimits(limits: Partial<InspectionLimits>): InspectionLimits {
  const given = Object.entries(limits).filter(([, value]) => (value as unknown) !== undefined);
  return { ...DEFAULT_INSPECTION_LIMITS, ...Object.fromEntries(given) };
}
