import { type S3ClientConfig } from "@aws-sdk/client-s3";

type Logger = NonNullable<S3ClientConfig["logger"]>;

const notSet = (): Promise<undefined> => Promise.resolve(undefined);

const ignore = (): void => undefined;
/**
 * Failures reach the caller as errors; unless told otherwise the SDK prints some of them too. What is
 * missing here the SDK does not prepare: it would copy the input and output of each call.
 */
const SILENT = { trace: ignore, debug: ignore, warn: ignore } as Partial<Logger> as Logger;

/**
 * A value for each setting that the SDK would otherwise look up in the environment and in
 * ~/.aws/config, save region and credentials, and the defaults of this package.
 */
export const ISOLATED_SETTINGS = {
  // The SDK's default streams PUTs in aws-chunked form, which several servers refuse.
  requestChecksumCalculation: "WHEN_REQUIRED",
  responseChecksumValidation: "WHEN_REQUIRED",
  // "100-continue" would open a connection of its own for each PUT of 2 MiB and more.
  expectContinueHeader: false,
  retryMode: "standard",
  defaultsMode: "standard",
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  useArnRegion: false,
  disableS3ExpressSessionAuth: false,
  disableClockSkewCorrection: false,
  ignoreConfiguredEndpointUrls: true,
  authSchemePreference: [],
  userAgentAppId: notSet,
  logger: SILENT,
} satisfies S3ClientConfig;
