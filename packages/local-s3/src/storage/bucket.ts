import { renameSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { type CorsRule } from "../cors/cors-rule.js";
import { S3Error } from "../errors.js";
import { makeFolder } from "./make-folder.js";
import { MultipartUploads } from "./multipart-uploads.js";
import { Objects } from "./objects.js";
import { isAbsent, type Volume } from "./volume.js";

/** What a bucket remembers about itself. */
export interface BucketSettings {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly cors?: readonly CorsRule[] | undefined;
  /** The configuration document as it was put; it is kept, not acted on. */
  readonly lifecycle?: string | undefined;
}

export class Bucket {
  readonly uploads: MultipartUploads;
  #saved: Promise<void> = Promise.resolve();

  private constructor(
    readonly name: string,
    private readonly dir: string,
    private readonly volume: Volume,
    private current: BucketSettings,
    readonly objects: Objects,
  ) {
    this.uploads = new MultipartUploads(join(dir, "uploads"), volume, objects);
  }

  /** Makes the folder of a new bucket aside; `adopt` it once it has been renamed to its place. */
  static async prepare(volume: Volume): Promise<{ path: string; settings: BucketSettings }> {
    const path = volume.temporaryPath();
    const settings = { createdAt: Date.now() };
    await makeFolder(join(path, "objects"));
    await makeFolder(join(path, "uploads"));
    await volume.writeJson(join(path, "bucket.json"), settings);
    return { path, settings };
  }

  static adopt(name: string, dir: string, volume: Volume, settings: BucketSettings): Bucket {
    return new Bucket(name, dir, volume, settings, Objects.empty(join(dir, "objects"), volume));
  }

  static async open(name: string, dir: string, volume: Volume): Promise<Bucket> {
    const settings = JSON.parse(await readFile(join(dir, "bucket.json"), "utf8")) as BucketSettings;
    const objects = await Objects.open(join(dir, "objects"), volume);
    return new Bucket(name, dir, volume, settings, objects);
  }

  get settings(): BucketSettings {
    return this.current;
  }

  /** @throws {S3Error} NoSuchBucket when the bucket is deleted meanwhile */
  async changeSettings(change: Partial<BucketSettings>): Promise<void> {
    const settings = { ...this.current, ...change };
    this.current = settings;
    // One after the other: the file must end up with what came last.
    const saving = this.#saved.then(() =>
      this.volume.writeJson(join(this.dir, "bucket.json"), settings),
    );
    this.#saved = saving.catch(() => undefined);
    try {
      await saving;
    } catch (error) {
      throw isAbsent(error) ? new S3Error("NoSuchBucket") : error;
    }
  }

  /** Removes the bucket and the uploads under way in it. The caller has made sure it is empty. */
  async delete(): Promise<void> {
    this.objects.close();
    const temporary = this.volume.temporaryPath();
    renameSync(this.dir, temporary);
    await this.volume.flush(this.volume.bucketsDir);
    await this.volume.remove(temporary);
  }
}
