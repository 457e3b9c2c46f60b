/**
 * - `upload_aborted`: its `signal` ended it; the reason is the `cause`.
 * - `upload_interrupted`: S3 could not be reached or was busy, in every attempt. It can go on later.
 * - `upload_refused`: S3 refused a request, also after a `refresh`; `status` and `s3Code` hold its answer.
 * - `wrong_file`: the file has another size than was announced. Nothing was sent.
 */
export type DirectUploadErrorCode =
  | "upload_aborted"
  | "upload_interrupted"
  | "upload_refused"
  | "wrong_file";

/** Raised when a file was not sent as a whole. What S3 has of it by then it keeps. */
export class DirectUploadError extends Error {
  override readonly name = "DirectUploadError";
  /** The HTTP status of S3's last answer; undefined without one. */
  readonly status: number | undefined;
  /** The code of S3's last answer, such as `AccessDenied`; undefined without one. */
  readonly s3Code: string | undefined;

  constructor(
    readonly code: DirectUploadErrorCode,
    message: string,
    { status, s3Code, cause }: { status?: number; s3Code?: string; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.status = status;
    this.s3Code = s3Code;
  }
}
