import { encodeRfc3986 } from "../object-key.js";
import type { PresignedUrl, Presigner, PresignLife } from "./presigner.js";

export interface PresignGetOptions extends PresignLife {
  /** What the answer's headers shall say instead of what the object was stored with. */
  responseContentType?: string | undefined;
  responseContentDisposition?: string | undefined;
  responseCacheControl?: string | undefined;
}

/** Signs a GET as the SDK's `getSignedUrl` does, byte for byte. */
export function presignGet(
  presigner: Presigner,
  key: string,
  options: PresignGetOptions,
  now?: Date,
): Promise<PresignedUrl> {
  const call = { operation: "presignGet", key, life: options, now } as const;
  return presigner.sign(call, ({ target, signer, at, expiresIn, expiresAt }, encodedKey) => {
    const path = target.basePath + encodedKey;
    const query = overridesOf(options) + target.getQuery;
    const request = { method: "GET", path, query, headers: target.hostHeader } as const;
    return { url: `${target.origin}${path}?${signer.sign(request, expiresIn, at)}`, expiresAt };
  });
}

/** In order, and before the SDK's own parameters, which begin with an x. */
function overridesOf(options: PresignGetOptions): string {
  const { responseContentType, responseContentDisposition, responseCacheControl } = options;
  return (
    override("response-cache-control", responseCacheControl) +
    override("response-content-disposition", responseContentDisposition) +
    override("response-content-type", responseContentType)
  );
}

function override(name: string, value: string | undefined): string {
  return value === undefined ? "" : `${name}=${encodeRfc3986(value)}&`;
}
