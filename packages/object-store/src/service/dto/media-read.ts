import { Expose } from "class-transformer";

/** What every stored file tells about itself. The storage key is never part of it. */
export class MediaRead {
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
