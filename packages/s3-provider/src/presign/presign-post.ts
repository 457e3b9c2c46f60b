import type { PresignedUrl, Presigner, PresignLife } from "./presigner.js";

export interface PresignPostOptions extends Pick<PresignLife, "expiresIn"> {
  /** Bytes of the smallest and of the largest file that the server takes. */
  byteLength: { min: number; max: number };
  contentType: string;
}

export interface PresignedPost extends PresignedUrl {
  /** The fields of the form, in order; the file follows them as the field `file`. */
  fields: Record<string, string>;
}

/**
 * The hosts of services that take no forms.
 *
 * @see https://developers.cloudflare.com/r2/api/s3/presigned-urls/
 * @see https://www.backblaze.com/docs/cloud-storage-call-the-s3-compatible-api
 */
const WITHOUT_FORMS = /\.(?:r2\.cloudflarestorage|backblazeb2)\.com$/;

/**
 * Signs an HTML form (multipart/form-data) that stores one object, if the server takes forms.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
 */
export function presignPost(
  presigner: Presigner,
  key: string,
  { byteLength, contentType, ...life }: PresignPostOptions,
  now?: Date,
): Promise<PresignedPost | undefined> {
  const call = { operation: "presignPost", key, life, now } as const;
  return presigner.sign(call, ({ target, credentials, signer, at, expiresAt }) => {
    const takesForms = presigner.postForms ?? !WITHOUT_FORMS.test(new URL(target.origin).hostname);
    if (!takesForms || presigner.rules.contentMd5) return undefined;
    const { sessionToken } = credentials;
    const { credential, date } = signer.at(at);
    const fields = {
      key,
      "Content-Type": contentType,
      ...presigner.rules.formFields(),
      "x-amz-algorithm": "AWS4-HMAC-SHA256",
      "x-amz-credential": credential,
      "x-amz-date": date,
      ...(sessionToken && { "x-amz-security-token": sessionToken }),
    };
    const policy = JSON.stringify({
      expiration: expiresAt.toISOString(),
      conditions: [
        { bucket: presigner.bucket },
        ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
        ["content-length-range", byteLength.min, byteLength.max],
      ],
    });
    const encoded = Buffer.from(policy).toString("base64");
    const signature = signer.signText(encoded, at);
    return {
      url: target.origin + (target.basePath.replace(/\/$/, "") || "/"),
      fields: { ...fields, policy: encoded, "x-amz-signature": signature },
      expiresAt,
    };
  });
}
