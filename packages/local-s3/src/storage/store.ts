import { renameSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { S3Error } from "../errors.js";
import { Bucket } from "./bucket.js";
import { Volume } from "./volume.js";

/** All buckets of a server. */
export class Store {
  private constructor(
    private readonly volume: Volume,
    private readonly buckets: Map<string, Bucket>,
  ) {}

  static async open(dataDir: string, durable: boolean): Promise<Store> {
    const volume = await Volume.open(dataDir, durable);
    const store = new Store(volume, new Map());
    for (const name of await readdir(volume.bucketsDir)) {
      if (isBucketName(name)) {
        store.buckets.set(name, await Bucket.open(name, store.#path(name), volume));
      }
    }
    return store;
  }

  /** By name. */
  list(): Bucket[] {
    return [...this.buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws {S3Error} NoSuchBucket */
  bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket === undefined) {
      throw new S3Error("NoSuchBucket", undefined, { BucketName: name });
    }
    return bucket;
  }

  find(name: string): Bucket | undefined {
    return this.buckets.get(name);
  }

  /** @throws {S3Error} InvalidBucketName or BucketAlreadyOwnedByYou */
  async createBucket(name: string): Promise<void> {
    if (!isBucketName(name)) {
      throw new S3Error("InvalidBucketName", undefined, { BucketName: name });
    }
    const { path, settings } = await Bucket.prepare(this.volume);
    try {
      if (this.buckets.has(name)) {
        throw new S3Error("BucketAlreadyOwnedByYou", undefined, { BucketName: name });
      }
      renameSync(path, this.#path(name));
      this.buckets.set(name, Bucket.adopt(name, this.#path(name), this.volume, settings));
    } finally {
      await this.volume.remove(path);
    }
    await this.volume.flush(this.volume.bucketsDir);
  }

  /** @throws {S3Error} NoSuchBucket or BucketNotEmpty */
  async deleteBucket(name: string): Promise<void> {
    const bucket = this.bucket(name);
    if (!bucket.objects.isEmpty) {
      throw new S3Error("BucketNotEmpty", undefined, { BucketName: name });
    }
    this.buckets.delete(name);
    await bucket.delete();
  }

  #path(name: string): string {
    return join(this.volume.bucketsDir, name);
  }
}

/**
 * Names with reserved starts and ends are of access points, other kinds of buckets and the like.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes("..") &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(?:xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3|-an)$/.test(name)
  );
}
