/**
 * How far an upload is looked into. `metadata` reads what is told about the file, and refuses what
 * cannot be told. `decode` also decodes every pixel of images and refuses those with any damage that
 * the decoder notices: cut short, corrupt, or too costly to show. Audio is not decoded.
 */
export type Verification = "metadata" | "decode";
