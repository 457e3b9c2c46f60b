import { Expose } from "class-transformer";

import type { AudioRead, FileRead, ImageRead } from "./media-read.js";

/** A claim about a file's type that its content does not bear out. It decided nothing. */
export interface TypeContradiction {
  /** Whether the extension of the file name or the declared content type made the claim. */
  readonly source: "filename" | "contentType";
  /** The extension without its dot, or the content type without parameters; in lower case. */
  readonly claimed: string;
}

/** What an upload gives back: the stored file and a URL that shows it at once. */
export class FileUploadResult<Read extends FileRead = ImageRead | AudioRead> {
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
