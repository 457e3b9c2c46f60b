import { startLocalS3 } from "@repo/local-s3";

import { LOCAL_S3 } from "./local-s3-settings.js";
import { serveParent } from "./service-process.js";

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new Error("local-s3-process needs a folder");

const { bucket, ...credentials } = LOCAL_S3;
const server = await startLocalS3({ ...credentials, dataDir, buckets: [bucket], durable: false });
serveParent(server.endpoint, () => server.close());
