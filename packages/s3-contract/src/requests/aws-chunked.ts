import { type S3Server } from "../server.js";
import { type Reply, sendRaw } from "./http.js";
import { hmac, sha256, signRequest } from "./signer.js";

export interface ChunkedUpload {
  readonly path: string;
  readonly chunks: readonly string[];
  readonly kind:
    | "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    | "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
    | "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
  readonly trailer?: { readonly name: string; readonly value: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly decodedLength?: number;
  /** Changes the framed body after it was signed. */
  readonly tamper?: (body: string) => string;
}

/**
 * Frames, signs and sends an `aws-chunked` upload.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export function sendChunked(server: S3Server, upload: ChunkedUpload): Promise<Reply> {
  const { path, chunks, kind, trailer, tamper = (body: string) => body } = upload;
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const { headers, signature, timestamp, scope, key } = signRequest(
    server,
    {
      method: "PUT",
      path,
      headers: {
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": String(upload.decodedLength ?? size),
        ...(trailer === undefined ? {} : { "x-amz-trailer": trailer.name }),
        ...upload.headers,
      },
    },
    { payloadHash: kind },
  );

  let previous = signature;
  const next = (type: string, ...hashes: string[]): string => {
    const text = [`AWS4-HMAC-SHA256-${type}`, timestamp, scope, previous, ...hashes].join("\n");
    previous = hmac(key, text).toString("hex");
    return previous;
  };
  const signed = kind !== "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
  let body = "";
  for (const chunk of [...chunks, ""]) {
    const extension = signed
      ? `;chunk-signature=${next("PAYLOAD", sha256(""), sha256(chunk))}`
      : "";
    body += `${chunk.length.toString(16)}${extension}\r\n${chunk}${chunk === "" ? "" : "\r\n"}`;
  }
  if (trailer !== undefined) {
    const line = `${trailer.name}:${trailer.value}\n`;
    body += signed
      ? `${line}\r\nx-amz-trailer-signature:${next("TRAILER", sha256(line))}\r\n`
      : `${trailer.name}:${trailer.value}\r\n`;
  }
  return sendRaw(server, { method: "PUT", path, headers, body: tamper(`${body}\r\n`) });
}
