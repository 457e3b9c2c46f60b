/** What an error of the SDK or of Node says about itself, read without trusting its class. */
export interface SdkErrorFacts {
  /** The S3 error code for an answer ("NoSuchKey"), otherwise the JavaScript error name. */
  name: string;
  message: string;
  statusCode?: number;
  requestId?: string;
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
  syscall?: unknown;
  errors?: unknown;
  $metadata?: { httpStatusCode?: unknown; requestId?: unknown };
  $response?: { statusCode?: unknown };
}

export function readSdkError(error: unknown): SdkErrorFacts {
  if (typeof error !== "object" || error === null) return { name: "", message: String(error) };
  const { name, message, code, syscall, errors, $metadata, $response } = error as ForeignError;
  const statusCode = $metadata?.httpStatusCode ?? $response?.statusCode;
  const requestId = $metadata?.requestId;
  return {
    name: typeof name === "string" ? name : "",
    message: typeof message === "string" ? message : "",
    ...(typeof statusCode === "number" && { statusCode }),
    ...(typeof requestId === "string" && { requestId }),
    ...(typeof code === "string" && { systemCode: code }),
    ...(typeof syscall === "string" && { syscall }),
    ...(Array.isArray(errors) && { perAddress: errors as readonly unknown[] }),
  };
}
