import { errorFacts, type ObjectStoreLogger } from "../logger.js";

/** How far an upload is. */
export interface UploadProgress {
  /** Bytes that were handed to S3 so far, of those that are stored. */
  sentBytes: number;
  /** Bytes in all; undefined while a stream has not told and not ended. */
  totalBytes: number | undefined;
}

/** Is told the bytes that were sent so far, and how many there are in all. */
export type OnSent = (sentBytes: number, totalBytes: number | undefined) => void;

/** Tells a caller, whose own failures change nothing for the upload. */
export function progressReporter(
  onProgress: ((progress: UploadProgress) => unknown) | undefined,
  logger: ObjectStoreLogger,
): OnSent | undefined {
  if (onProgress === undefined) return undefined;
  const tell = async (progress: UploadProgress): Promise<void> => {
    try {
      await onProgress(progress);
    } catch (error) {
      logger.warn("onProgress failed", errorFacts(error));
    }
  };
  return (sentBytes, totalBytes) => void tell({ sentBytes, totalBytes });
}
