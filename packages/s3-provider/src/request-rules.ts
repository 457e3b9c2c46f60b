import type { ObjectCannedACL, PutObjectCommandInput, StorageClass } from "@aws-sdk/client-s3";

import { S3InvalidRequestError, type S3Operation } from "./errors.js";

/** Fields of the SDK's inputs for every request, and their headers. */
const EVERYWHERE = {
  ExpectedBucketOwner: "x-amz-expected-bucket-owner",
  RequestPayer: "x-amz-request-payer",
} as const;

/** Fields of the SDK's inputs for requests that make an object, and their headers. */
const FOR_WRITES = {
  ACL: "x-amz-acl",
  BucketKeyEnabled: "x-amz-server-side-encryption-bucket-key-enabled",
  ServerSideEncryption: "x-amz-server-side-encryption",
  SSEKMSEncryptionContext: "x-amz-server-side-encryption-context",
  SSEKMSKeyId: "x-amz-server-side-encryption-aws-kms-key-id",
  StorageClass: "x-amz-storage-class",
  Tagging: "x-amz-tagging",
} as const;

const HEADERS = { ...EVERYWHERE, ...FOR_WRITES };

/** Those that publish nothing. */
const ACLS = ["private", "bucket-owner-read", "bucket-owner-full-control"] as const;
/** Those whose objects have to be restored before they can be read. */
const ARCHIVES = ["GLACIER", "DEEP_ARCHIVE"] as const;

/** What a header can carry and a signature covers as it is. */
const HEADER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

type Everywhere = Pick<PutObjectCommandInput, keyof typeof EVERYWHERE>;
type ForWrites = Everywhere &
  Pick<PutObjectCommandInput, Exclude<keyof typeof FOR_WRITES, "ACL" | "StorageClass">> & {
    ACL?: Extract<ObjectCannedACL, (typeof ACLS)[number]>;
    StorageClass?: Exclude<StorageClass, (typeof ARCHIVES)[number]>;
  };

/**
 * What the bucket demands of requests, by the names of the SDK's inputs.
 *
 * `ExpectedBucketOwner` and `RequestPayer` go with every request, presigned ones included. The other
 * fields go with what makes an object: PUTs, the start of multipart uploads, copies, and presigned
 * PUTs and forms. A client has to send the headers of a presigned PUT.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
export interface S3RequestOptions extends ForWrites {
  /**
   * Sends Content-MD5 with all uploads, as a default retention of Object Lock demands. A stream, whose
   * digest is known too late, is then refused by `put`: send it in parts. Presigned PUTs need the
   * digest from their caller. Default false.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
   */
  contentMd5?: boolean;
}

/** The options in the forms in which requests need them. */
export class RequestRules {
  readonly contentMd5: boolean;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Those of requests that make an object. */
  readonly writeHeaders: Readonly<Record<string, string>>;
  readonly #everywhere: Everywhere;
  readonly #writes: ForWrites;

  /** @throws S3InvalidRequestError for a field that is none of the options, or a value that it cannot have */
  constructor(options: S3RequestOptions = {}) {
    checkFields(options);
    const { contentMd5 = false, ...writes } = options;
    const { ExpectedBucketOwner, RequestPayer } = writes;
    this.contentMd5 = contentMd5;
    this.#writes = writes;
    this.#everywhere = { ExpectedBucketOwner, RequestPayer };
    this.headers = headersOf(this.#everywhere);
    this.writeHeaders = headersOf(writes);
  }

  /** What the SDK's input of a call needs besides its own fields. */
  inputFor(operation: S3Operation): object {
    if (operation === "put" || operation === "createMultipartUpload") return this.#writes;
    if (operation !== "copy") return this.#everywhere;
    const { ExpectedBucketOwner, Tagging } = this.#writes;
    return {
      ...this.#writes,
      ExpectedSourceBucketOwner: ExpectedBucketOwner,
      TaggingDirective: Tagging === undefined ? undefined : "REPLACE",
    };
  }

  /**
   * Fields of an HTML form.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
   */
  formFields(): Record<string, string> {
    const { [FOR_WRITES.ACL]: acl, [FOR_WRITES.Tagging]: tags, ...fields } = this.writeHeaders;
    return {
      ...fields,
      ...(acl !== undefined && { acl }),
      ...(tags !== undefined && { tagging: tagDocument(tags) }),
    };
  }
}

function checkFields(fields: object): void {
  for (const [name, value] of Object.entries(fields)) {
    const reason = reasonAgainst(name, value);
    if (reason === undefined) continue;
    throw new S3InvalidRequestError({ operation: "configure", outcome: "not_applied", reason });
  }
}

function reasonAgainst(name: string, value: unknown): string | undefined {
  if (name.includes("SSECustomer")) {
    return "SSE-C is not supported, as every reader of a presigned URL would need its key; use SSE-KMS";
  }
  if (name === "contentMd5") {
    return /^(?:boolean|undefined)$/.test(typeof value)
      ? undefined
      : `requests.contentMd5 must be true or false, and came as ${typeof value}`;
  }
  if (name === "ACL" && value !== undefined && !ACLS.some((acl) => acl === value)) {
    return `requests.ACL must be ${ACLS.join(", ")}: others publish files`;
  }
  if (name === "StorageClass" && ARCHIVES.some((archive) => archive === value)) {
    return `requests.StorageClass must be one that is read at once, and came as ${String(value)}`;
  }
  if (!Object.hasOwn(HEADERS, name)) {
    return `requests has an unknown field ${JSON.stringify(name.slice(0, 40))}; known are ${Object.keys(HEADERS).join(", ")} and contentMd5`;
  }
  if (typeof value === "string" && !HEADER_VALUE.test(value)) {
    return `requests.${name} must be printable ASCII, and not empty`;
  }
  if (/^(?:string|boolean|undefined)$/.test(typeof value)) return undefined;
  return `requests.${name} must be a text or a boolean, and came as ${typeof value}`;
}

function headersOf(fields: ForWrites): Record<string, string> {
  const named = Object.entries(HEADERS) as [keyof typeof HEADERS, string][];
  return Object.fromEntries(
    named.flatMap(([field, header]) => {
      const value = fields[field];
      return value === undefined ? [] : [[header, String(value)]];
    }),
  );
}

function tagDocument(tagging: string): string {
  const tags = [...new URLSearchParams(tagging)].map(
    ([key, value]) => `<Tag><Key>${escapeXml(key)}</Key><Value>${escapeXml(value)}</Value></Tag>`,
  );
  return `<Tagging><TagSet>${tags.join("")}</TagSet></Tagging>`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
