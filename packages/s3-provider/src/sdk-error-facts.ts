/** What an error of the SDK or of Node says about itself, read without trusting its class. */
export interface SdkErrorFacts {
  /** The S3 error code for an answer ("NoSuchKey"), otherwise the JavaScript error name. */
  name: string;
  message: string;
  statusCode?: number;
  /** The code in the error document of the answer; absent when there was no such document. */
  documentCode?: string;
  requestId?: string;
  /** The region or the host where the bucket is, of an answer that says that it is elsewhere. */
  bucketIsAt?: string;
  /** Node's error code ("ECONNRESET"). */
  systemCode?: string;
  syscall?: string;
  /** The failures of each address that was tried, from a connection attempt over several. */
  perAddress?: readonly unknown[];
}

interface ForeignError {
  name?: unknown;
  message?: unknown;
  code?: unknown;
  Code?: unknown;
  Region?: unknown;
  Endpoint?: unknown;
  syscall?: unknown;
  errors?: unknown;
  $metadata?: { httpStatusCode?: unknown; requestId?: unknown };
  $response?: { statusCode?: unknown; headers?: Record<string, unknown> };
}

export function readSdkError(error: unknown): SdkErrorFacts {
  if (typeof error !== "object" || error === null) return { name: "", message: String(error) };
  const { name, message, code, Code, syscall, errors, $metadata, $response, ...rest } =
    error as ForeignError;
  const statusCode = $metadata?.httpStatusCode ?? $response?.statusCode;
  const requestId = $metadata?.requestId;
  const bucketIsAt = [$response?.headers?.["x-amz-bucket-region"], rest.Region, rest.Endpoint].find(
    isPlaceName,
  );
  return {
    name: typeof name === "string" ? name : "",
    message: typeof message === "string" ? message : "",
    ...(typeof statusCode === "number" && { statusCode }),
    ...(typeof Code === "string" && { documentCode: Code }),
    ...(typeof requestId === "string" && { requestId }),
    ...(bucketIsAt !== undefined && { bucketIsAt }),
    ...(typeof code === "string" && { systemCode: code }),
    ...(typeof syscall === "string" && { syscall }),
    ...(Array.isArray(errors) && { perAddress: errors as readonly unknown[] }),
  };
}

/** A region or a host, with a port. */
function isPlaceName(value: unknown): value is string {
  return typeof value === "string" && /^[a-z0-9][a-z0-9.:-]{0,254}$/i.test(value);
}
