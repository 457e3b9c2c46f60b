import { Expose } from "class-transformer";

import type { AudioRead } from "./audio-read.js";
import type { ImageRead } from "./image-read.js";

/** What an upload gives back: the stored file and a URL that shows it at once. */
export class FileUploadResult<Read extends ImageRead | AudioRead = ImageRead | AudioRead> {
  @Expose() readonly file: Read;
  /** A signed GET URL. */
  @Expose() readonly url: string;
  /** When {@link url} stops working. */
  @Expose() readonly urlExpiresAt: Date;

  constructor(file: Read, signed: { url: string; expiresAt: Date }) {
    this.file = file;
    this.url = signed.url;
    this.urlExpiresAt = signed.expiresAt;
  }
}
