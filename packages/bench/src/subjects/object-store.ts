import { randomUUID } from "node:crypto";

import { createDatabase, User } from "@repo/database";
import { type MediaScope, objectStoreProvider, type ObjectStoreOptions } from "@repo/object-store";
import { S3Provider } from "@repo/s3-provider";

import { connectionOf } from "../services/s3-connection.js";
import {
  databaseUrl,
  s3Address,
  type S3Name,
  type ServiceAddresses,
} from "../services/service-addresses.js";

/** Our module over the running servers, in the scope of a user of its own. */
export interface OpenStore {
  readonly database: ReturnType<typeof createDatabase>;
  readonly s3: S3Provider;
  readonly scope: MediaScope;
  readonly userId: string;
  readonly close: () => Promise<void>;
}

export async function openStore(
  services: ServiceAddresses,
  s3Name: S3Name,
  options: Pick<ObjectStoreOptions, "variants" | "quota" | "events"> = {},
): Promise<OpenStore> {
  const database = createDatabase({ url: databaseUrl(services) });
  database.addModels([User]);
  const address = s3Address(services, s3Name);
  const s3 = new S3Provider({ bucket: address.bucket, client: connectionOf(address) });
  const { id: userId } = await User.create({ email: `${randomUUID()}@example.com` });
  return {
    database,
    s3,
    scope: objectStoreProvider({ ...options, database, s3 }).forUser(userId),
    userId,
    async close() {
      s3.destroy();
      await database.close();
    },
  };
}
