import { type S3Server } from "../server.js";
import { hmac, signingContext } from "./signer.js";

export interface PostForm {
  readonly bucket: string;
  readonly key: string;
  readonly content: string;
  /** Of the file in the form. */
  readonly filename?: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** Further than those that the bucket, the key's first folder and the signature fields need. */
  readonly conditions?: readonly unknown[];
  /** Seconds from now; negative for a policy that is over. */
  readonly expires?: number;
  readonly secretAccessKey?: string;
  /** Changes the form after it was signed. */
  readonly tamper?: (form: FormData) => void;
}

export interface FormReply {
  readonly status: number;
  readonly code: string | undefined;
  readonly text: string;
  readonly headers: Headers;
}

/**
 * Uploads a file as a browser does from an HTML form.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export async function postForm(server: S3Server, options: PostForm): Promise<FormReply> {
  const { secretAccessKey = server.secretAccessKey } = options;
  const { timestamp, credential, key } = signingContext(server, { secretAccessKey });
  const fields = {
    key: options.key,
    "x-amz-algorithm": "AWS4-HMAC-SHA256",
    "x-amz-credential": credential,
    "x-amz-date": timestamp,
    ...options.fields,
  };
  const conditions = [
    { bucket: options.bucket },
    ["starts-with", "$key", "form/"],
    ["eq", "$x-amz-algorithm", "AWS4-HMAC-SHA256"],
    { "x-amz-credential": credential },
    { "x-amz-date": timestamp },
    ...(options.conditions ?? []),
  ];
  const expiration = new Date(Date.now() + (options.expires ?? 300) * 1000).toISOString();
  const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString("base64");
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("policy", policy);
  form.set("x-amz-signature", hmac(key, policy).toString("hex"));
  form.set("file", new File([options.content], options.filename ?? "file.txt"));
  options.tamper?.(form);
  const response = await fetch(`${server.endpoint}/${options.bucket}`, {
    method: "POST",
    body: form,
    redirect: "manual",
  });
  const text = await response.text();
  const code = /<Code>(\w+)</.exec(text)?.[1];
  return { status: response.status, code, text, headers: response.headers };
}
