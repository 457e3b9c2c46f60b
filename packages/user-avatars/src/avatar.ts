/** A user's picture, as a page shows it. */
export interface Avatar {
  /** The image's id in the object store. */
  fileId: string;
  /** A signed URL that anyone can GET until {@link urlExpiresAt}. */
  url: string;
  urlExpiresAt: Date;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
}
