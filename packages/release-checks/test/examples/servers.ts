import { startLocalServices } from "@repo/local-services";
import { S3Provider } from "@repo/s3-provider";

export async function startServers(dataDir: string) {
  const services = await startLocalServices({ dataDir });
  const { accessKeyId, secretAccessKey, endpoint, region } = services.s3;
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = { endpoint, region, credentials, forcePathStyle: true };

  const bucket = new S3Provider({ bucket: "media", client: s3 });
  await bucket.ensureBucket();
  bucket.destroy();
  return { databaseUrl: services.databaseUrl, s3, stop: () => services.stop() };
}
