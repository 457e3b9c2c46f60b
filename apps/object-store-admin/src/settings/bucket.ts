import { UsageError } from "@repo/command-line/usage-error";
import type { S3ConnectionOptions, S3Credentials, S3ProviderOptions } from "@repo/s3-provider";
import { HttpsProxyAgent } from "https-proxy-agent";

import { checkedUrl, type Environment, jsonObject, required } from "./environment.js";
import { sdkCredentials, sdkRegion } from "./sdk-defaults.js";

/** @throws UsageError naming the variables that are missing or wrong, never their values */
export async function bucketSettings(environment: Environment): Promise<S3ProviderOptions> {
  const [bucket = ""] = required(environment, ["S3_BUCKET"]);
  const url = environment["S3_ENDPOINT"];
  const endpoint = url ? checkedUrl("S3_ENDPOINT", url, ["http:", "https:"]) : undefined;
  const credentials = keysOf(environment) ?? sdkCredentials;
  const connection = {
    credentials,
    forcePathStyle: flag(environment, "S3_FORCE_PATH_STYLE", endpoint !== undefined),
    ...throughProxy(environment),
  };
  const region = environment["S3_REGION"];
  return {
    bucket,
    client:
      endpoint === undefined
        ? { ...connection, region: region || (await sdkRegion()) }
        : { ...connection, region: region || "us-east-1", endpoint },
    // The names of the fields are checked with the bucket.
    requests: jsonObject(environment, "S3_REQUESTS", '{"ServerSideEncryption":"aws:kms"}'),
  };
}

/** Undefined where they are left to the SDK. */
function keysOf(environment: Environment): S3Credentials | undefined {
  const names = ["S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"];
  const sessionToken = environment["S3_SESSION_TOKEN"];
  if (![...names, "S3_SESSION_TOKEN"].some((name) => environment[name])) return undefined;
  const [accessKeyId = "", secretAccessKey = ""] = required(environment, names);
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

function throughProxy(environment: Environment): Pick<S3ConnectionOptions, "agents"> {
  const url = environment["S3_PROXY"];
  if (!url) return {};
  const proxy = checkedUrl("S3_PROXY", url, ["http:", "https:"]);
  const agent = new HttpsProxyAgent(proxy, { keepAlive: true });
  return { agents: { http: agent, https: agent } };
}

function flag(environment: Environment, name: string, otherwise: boolean): boolean {
  const value = environment[name];
  if (!value) return otherwise;
  if (value === "true" || value === "1") return true;
  if (value === "false" || value === "0") return false;
  throw new UsageError(`${name} must be true or false.`);
}
