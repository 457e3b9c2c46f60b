/**
 * How thoroughly an upload is verified. `metadata` reads the metadata, and rejects truncated files if
 * their metadata cannot be determined. `decode` also decodes every pixel of images and refuses those with any damage that
 * the decoder notices: cut short, corrupt, or too costly to show. Audio is not decoded.
 */
export type Verification = "metadata" | "decode";
