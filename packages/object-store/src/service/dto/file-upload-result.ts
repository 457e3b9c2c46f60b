import { Expose } from "class-transformer";

import type { AudioRead } from "./audio-read.js";
import type { ImageRead } from "./image-read.js";
import type { TypeContradiction } from "./type-contradiction.js";

/** What an upload gives back: the stored file and a URL that shows it at once. */
export class FileUploadResult<Read extends ImageRead | AudioRead = ImageRead | AudioRead> {
  @Expose() readonly file: Read;
  /** A signed GET URL. */
  @Expose() readonly url: string;
  /** When {@link url} stops working. */
  @Expose() readonly urlExpiresAt: Date;
  /**
   * Where the file's name or declared type says another thing than its content, such as a JPEG named
   * `cat.png`; empty where nothing does. The content alone decides what the file is stored and served
   * as.
   */
  @Expose() readonly contradictions: readonly TypeContradiction[];

  constructor(
    file: Read,
    signed: { url: string; expiresAt: Date },
    contradictions: readonly TypeContradiction[] = [],
  ) {
    this.file = file;
    this.url = signed.url;
    this.urlExpiresAt = signed.expiresAt;
    this.contradictions = contradictions;
  }
}
