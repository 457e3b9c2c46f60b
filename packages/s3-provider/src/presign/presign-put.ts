import { S3InvalidRequestError } from "../errors.js";
import type { MultipartUpload } from "../multipart-upload.js";
import { canonicalHeaders } from "./canonical-headers.js";
import { canonicalQuery } from "./canonical-query.js";
import type { PresignedUrl, Presigner, PresignLife } from "./presigner.js";

export interface PresignPutOptions extends Pick<PresignLife, "expiresIn"> {
  /** Bytes; the server refuses a body of another length. */
  byteLength: number;
  contentType: string;
  /** Of the body, in base64; the server refuses another body. */
  contentMd5?: string | undefined;
}

export interface PresignedPut extends PresignedUrl {
  /** The headers to send, by their names in lower case. HTTP clients send `content-length` by themselves. */
  headers: Record<string, string>;
}

export interface PresignPartOptions extends Pick<PresignLife, "expiresIn"> {
  /** 1 to 10,000. */
  partNumber: number;
  /** Bytes; the server refuses a part of another length. */
  byteLength: number;
  /** Of the part, in base64; the server refuses another part. */
  contentMd5?: string | undefined;
}

/**
 * Signs a PUT of one object with its length, its type and, where known, its MD5 digest. Checksums
 * in `x-amz-checksum-*` are ignored by some servers, Content-MD5 by none.
 */
export function presignPut(
  presigner: Presigner,
  key: string,
  { byteLength, contentType, contentMd5, ...life }: PresignPutOptions,
  now?: Date,
): Promise<PresignedPut> {
  return signPut(
    presigner,
    { operation: "presignPut", key, life, now },
    {},
    {
      ...presigner.rules.writeHeaders,
      "content-type": contentType,
      ...bodyHeaders(byteLength, contentMd5),
    },
  );
}

/** Signs the PUT of one part of a multipart upload with its length. */
export function presignPart(
  presigner: Presigner,
  { key, uploadId }: MultipartUpload,
  { partNumber, byteLength, contentMd5, ...life }: PresignPartOptions,
  now?: Date,
): Promise<PresignedPut> {
  const query = { partNumber: String(partNumber), uploadId };
  return signPut(presigner, { operation: "presignPart", key, life, now }, query, {
    ...presigner.rules.headers,
    ...bodyHeaders(byteLength, contentMd5),
  });
}

function bodyHeaders(byteLength: number, contentMd5: string | undefined): Record<string, string> {
  return {
    "content-length": String(byteLength),
    ...(contentMd5 !== undefined && { "content-md5": contentMd5 }),
  };
}

function signPut(
  presigner: Presigner,
  call: Parameters<Presigner["sign"]>[0],
  query: Record<string, string>,
  headers: Record<string, string>,
): Promise<PresignedPut> {
  if (presigner.rules.contentMd5 && !("content-md5" in headers)) {
    const reason = "requests.contentMd5 is set, and contentMd5 is missing";
    const { operation, key } = call;
    const error = new S3InvalidRequestError({ operation, key, outcome: "not_applied", reason });
    return Promise.reject(error);
  }
  return presigner.sign(call, ({ target, signer, at, expiresIn, expiresAt }, encodedKey) => {
    const path = target.basePath + encodedKey;
    const request = {
      method: "PUT",
      path,
      query: canonicalQuery(query),
      headers: canonicalHeaders({ ...headers, host: target.host }),
    } as const;
    return {
      url: `${target.origin}${path}?${signer.sign(request, expiresIn, at)}`,
      headers,
      expiresAt,
    };
  });
}
