import type { S3Client } from "@aws-sdk/client-s3";

/** What a header of whole seconds, and the way of an answer, may make of equal clocks. */
const NOISE_MS = 5_000;

/** Now, by the server's clock, as far as the client knows it from the answers that it got. */
export function serverTime({ config }: S3Client): Date {
  const { systemClockOffset: offset } = config;
  return new Date(Date.now() + (Math.abs(offset) < NOISE_MS ? 0 : offset));
}

/** Learns the server's clock from an answer, as the SDK does from those that it reads itself. */
export async function learnServerTime(
  { config }: S3Client,
  { date, age }: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const time = Date.parse(date ?? "");
  const isKnown = age === undefined && !Number.isNaN(time);
  if (!isKnown || (await config.disableClockSkewCorrection())) return;
  config.systemClockOffset = time - Date.now();
}
