import { S3Error } from "../errors.js";

/** What the signer of a form allows its user to send. */
export interface PostPolicy {
  /** Milliseconds since the epoch. */
  readonly expiration: number;
  readonly fields: readonly FieldCondition[];
  /** Bytes; undefined when the policy sets no limits. */
  readonly length: { readonly minimum: number; readonly maximum: number } | undefined;
}

interface FieldCondition {
  readonly operator: "eq" | "starts-with";
  /** In lower case, without the dollar sign. */
  readonly field: string;
  readonly value: string;
}

/** Fields that a policy need not mention. */
const UNCONDITIONAL = new Set(["file", "policy", "x-amz-signature"]);

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 *
 * @param encoded the form's `policy` field: JSON in base64
 * @throws {S3Error} InvalidPolicyDocument
 */
export function parsePolicy(encoded: string): PostPolicy {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
  } catch {
    throw invalid("Invalid JSON.");
  }
  if (!isRecord(document)) throw invalid("Invalid JSON.");
  const { expiration, conditions } = document;
  const time = typeof expiration === "string" ? Date.parse(expiration) : NaN;
  if (Number.isNaN(time)) throw invalid("Policy missing a valid expiration.");
  if (!Array.isArray(conditions)) throw invalid("Policy missing conditions.");
  const lengths = conditions.filter(isLengthRange);
  return {
    expiration: time,
    fields: conditions.filter((one) => !isLengthRange(one)).flatMap(parseCondition),
    length: lengths[0] && { minimum: lengths[0][1], maximum: lengths[0][2] },
  };
}

/**
 * @param fields the form's, with `bucket` and the final `key` among them
 * @throws {S3Error} AccessDenied
 */
export function requirePolicy(policy: PostPolicy, fields: ReadonlyMap<string, string>): void {
  if (Date.now() > policy.expiration) throw denied("Policy expired.");
  for (const { operator, field, value } of policy.fields) {
    const actual = fields.get(field) ?? "";
    if (operator === "eq" ? actual !== value : !actual.startsWith(value)) {
      throw denied(`Policy Condition failed: ["${operator}", "$${field}", "${value}"]`);
    }
  }
  const covered = new Set(policy.fields.map(({ field }) => field));
  const extra = [...fields.keys()].filter(
    (name) => !covered.has(name) && !UNCONDITIONAL.has(name) && !name.startsWith("x-ignore-"),
  );
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(", ")}`);
}

function parseCondition(condition: unknown): FieldCondition[] {
  if (Array.isArray(condition)) {
    const [operator, field, value] = condition as unknown[];
    if (
      (operator === "eq" || operator === "starts-with") &&
      typeof field === "string" &&
      field.startsWith("$") &&
      typeof value === "string"
    ) {
      return [{ operator, field: field.slice(1).toLowerCase(), value }];
    }
  } else if (isRecord(condition)) {
    return Object.entries(condition).map(([field, value]) => {
      if (typeof value !== "string") throw invalid("Invalid Simple-Condition.");
      return { operator: "eq", field: field.toLowerCase(), value };
    });
  }
  throw invalid("Invalid Condition.");
}

function isLengthRange(condition: unknown): condition is ["content-length-range", number, number] {
  return (
    Array.isArray(condition) &&
    condition.length === 3 &&
    condition[0] === "content-length-range" &&
    condition.slice(1).every((limit) => Number.isSafeInteger(limit))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(reason: string): S3Error {
  return new S3Error("InvalidPolicyDocument", `Invalid Policy: ${reason}`);
}

function denied(reason: string): S3Error {
  return new S3Error("AccessDenied", `Invalid according to Policy: ${reason}`);
}
