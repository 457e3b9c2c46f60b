/** A claim about a file's type that its content does not bear out. It decided nothing. */
export interface TypeContradiction {
  /** Whether the extension of the file name or the declared content type made the claim. */
  readonly source: "filename" | "contentType";
  /** The extension without its dot, or the content type without parameters; in lower case. */
  readonly claimed: string;
}
