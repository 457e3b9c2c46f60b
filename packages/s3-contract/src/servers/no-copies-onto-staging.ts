/**
 * A bucket policy for servers that obey headers which a presigned URL does not sign: it keeps the
 * holder of an upload's URL from making the upload a copy of another object. The keys are those to
 * which `packages/object-store` lets clients upload themselves.
 */
export function noCopiesOntoStaging(bucket: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "NoCopiesOntoStaging",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:PutObject",
        Resource: `arn:aws:s3:::${bucket}/staging/*`,
        Condition: { StringLike: { "s3:x-amz-copy-source": "*" } },
      },
    ],
  };
}
