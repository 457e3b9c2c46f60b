import { UsageError } from "@repo/command-line/usage-error";
import type { S3ConnectionOptions } from "@repo/s3-provider";

/**
 * Credentials as the AWS SDK finds them by itself: the variables AWS_*, profiles, single sign-on, web
 * identities, and the roles of containers and instances.
 */
export const sdkCredentials: Extract<
  S3ConnectionOptions["credentials"],
  (...properties: never[]) => unknown
> = async (properties) => (await sdkConfig()).credentials(properties);

/**
 * The region of AWS_REGION or the profile.
 *
 * @throws UsageError
 */
export async function sdkRegion(): Promise<string> {
  const { region } = await sdkConfig();
  try {
    return await region();
  } catch (cause) {
    throw new UsageError(
      "The region is not known: set S3_REGION or AWS_REGION, or the region of the profile.",
      { cause },
    );
  }
}

/** A client that sends nothing, for what it takes from its surroundings. */
async function sdkConfig() {
  // oxlint-disable-next-line no-restricted-imports -- s3-provider takes settings, and these are the SDK's own.
  const { S3Client } = await import("@aws-sdk/client-s3");
  return new S3Client({}).config;
}
