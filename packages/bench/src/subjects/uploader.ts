import type { MediaFile, MediaFormat } from "../media/media-file.js";
import type { S3Name, ServiceAddresses } from "../services/service-addresses.js";

/** Something that brings a file to S3. */
export interface Uploader<Source = MediaFile> {
  upload(source: Source, format: MediaFormat): Promise<Stored>;
  readonly close: () => Promise<void>;
}

export interface Stored {
  /** The key of the object, which may have to be looked up. */
  readonly key: () => Promise<string>;
  /** SHA-256 that the uploader computed itself, in hexadecimal, where it does. */
  readonly sha256?: string;
}

export type OpenUploader<Source = MediaFile> = (
  services: ServiceAddresses,
  s3Name: S3Name,
) => Promise<Uploader<Source>>;
