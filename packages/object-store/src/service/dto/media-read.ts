import { Expose } from "class-transformer";

/** A signed GET URL, on the pages of lists that were asked for with URLs. */
export class FileUrl {
  @Expose() readonly url?: string;
  /** When {@link url} stops working. */
  @Expose() readonly urlExpiresAt?: Date;
}

/** What every stored file tells about itself. The storage key is never part of it. */
export class MediaRead extends FileUrl {
  /** UUID version 7: sorts by creation. */
  @Expose() readonly id!: string;
  /** The owner, or null for a system-wide file. */
  @Expose() readonly userId!: string | null;
  /** The sanitised name the file was uploaded under, or null when none was given. */
  @Expose() readonly filename!: string | null;
  @Expose() readonly byteSize!: number;
  /** SHA-256 of the bytes, 64 lower-case hexadecimal digits. */
  @Expose() readonly sha256!: string;
  @Expose() readonly createdAt!: Date;
  @Expose() readonly updatedAt!: Date;
}
