/** How the benchmarks sign in to the servers that they start themselves. */
export const LOCAL_S3 = {
  region: "us-east-1",
  bucket: "bench",
  accessKeyId: "bench",
  secretAccessKey: "bench-secret",
} as const;
