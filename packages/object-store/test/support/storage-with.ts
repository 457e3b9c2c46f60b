import type { StorageClient } from "../../src/testing.js";

/** The same bucket with some of its members replaced. */
export function storageWith(s3: StorageClient, members: Partial<StorageClient>): StorageClient {
  return new Proxy<StorageClient>(s3, {
    get(_target, name): unknown {
      if (Object.hasOwn(members, name)) return Reflect.get(members, name);
      const member: unknown = Reflect.get(s3, name);
      return typeof member === "function" ? (member.bind(s3) as unknown) : member;
    },
  });
}
