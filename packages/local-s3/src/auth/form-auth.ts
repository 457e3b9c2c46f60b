import { S3Error } from "../errors.js";
import { type Credentials, readCredential, requireToken } from "./authentication.js";
import { ALGORITHM, equalInConstantTime, sign, signingKey } from "./signing.js";

/**
 * Verifies the signature of an upload form: it covers the policy, which says what else may be sent.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html
 *
 * @param fields the form's, by lower-case name
 * @returns the policy in base64
 * @throws {S3Error} AccessDenied, InvalidAccessKeyId, InvalidArgument or SignatureDoesNotMatch
 */
export function authenticateForm(
  fields: ReadonlyMap<string, string>,
  credentials: Credentials,
): string {
  const policy = fields.get("policy");
  if (policy === undefined) throw new S3Error("AccessDenied");
  const required = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) {
      throw new S3Error(
        "InvalidArgument",
        `Bucket POST must contain a field named '${name}'. If it is specified, please check the order of the fields.`,
        { ArgumentName: name },
      );
    }
    return value;
  };
  requireToken(fields.get("x-amz-security-token"), credentials);
  if (required("x-amz-algorithm") !== ALGORITHM) {
    throw new S3Error("InvalidRequest", `Please use ${ALGORITHM}.`);
  }
  const scope = readCredential(
    required("x-amz-credential"),
    required("x-amz-date"),
    credentials,
    "AuthorizationQueryParametersError",
  );
  const signature = required("x-amz-signature");
  const key = signingKey(credentials.secretAccessKey, scope);
  if (!equalInConstantTime(sign(key, policy), signature)) {
    throw new S3Error("SignatureDoesNotMatch", undefined, {
      AWSAccessKeyId: credentials.accessKeyId,
      StringToSign: policy,
      SignatureProvided: signature,
    });
  }
  return policy;
}
