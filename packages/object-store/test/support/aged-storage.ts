import type { ListedObject, ListOptions } from "@repo/s3-provider";

import type { StorageClient } from "../../src/testing.js";
import { storageWith } from "./storage-with.js";

/** The same bucket, whose objects look as many days older. */
export function agedStorage(s3: StorageClient, days: number): StorageClient {
  const aged = <Object extends { lastModified: Date }>(object: Object): Object => ({
    ...object,
    lastModified: new Date(object.lastModified.getTime() - days * 86_400_000),
  });
  async function* list(options?: ListOptions): AsyncGenerator<ListedObject, void> {
    for await (const object of s3.list(options)) yield aged(object);
  }
  const head: StorageClient["head"] = async (...call) => aged(await s3.head(...call));
  return storageWith(s3, { list, head });
}
