import { Expose } from "class-transformer";

import type { ObjectStoreErrorCode } from "../../errors.js";

/** Where a direct upload stands. */
export class DirectUploadStatus {
  @Expose() readonly id!: string;
  /**
   * `open`: to be sent and completed. `completing`: somebody does. `completed`: it is the file
   * `fileId`. `refused`: what came is not acceptable, `refusal` says why. `expired`: it was not
   * completed in time, or cancelled.
   */
  @Expose() readonly status!: "open" | "completing" | "completed" | "refused" | "expired";
  /** The file that it became, or null. */
  @Expose() readonly fileId!: string | null;
  /** Why it was refused, or null. */
  @Expose() readonly refusal!: { code: ObjectStoreErrorCode; message: string } | null;
  /** As announced. */
  @Expose() readonly filename!: string | null;
  /** As announced. */
  @Expose() readonly byteSize!: number;
  /** As announced, without parameters and in lower case; `application/octet-stream` for none. */
  @Expose() readonly contentType!: string;
  @Expose() readonly completeBefore!: Date;
  @Expose() readonly createdAt!: Date;
}
