import { renameSync, unlinkSync } from "node:fs";
import { type FileHandle, readdir } from "node:fs/promises";
import { join } from "node:path";

import { S3Error } from "../errors.js";
import { openBlob, readBlobMetadataSync, writeBlob } from "./blob-file.js";
import { toByteString } from "./byte-order.js";
import { type ByteSource } from "./byte-source.js";
import { type KeyPage, type KeyQuery, listKeys } from "./list-keys.js";
import {
  type ObjectAttributes,
  type ObjectMetadata,
  type ObjectSummary,
} from "./object-metadata.js";
import { fileName, keyOfFile } from "./object-names.js";
import { SortedKeys } from "./sorted-keys.js";
import { isAbsent, type Volume } from "./volume.js";
import { requireCondition, type WriteCondition } from "./write-condition.js";

export interface OpenObject {
  readonly object: ObjectSummary;
  /** The bytes of the body start at position 0; the caller closes it. */
  readonly handle: FileHandle;
}

/** Synchronous work around the moment in which an object becomes visible. */
export interface CommitStep {
  /** Prevents it by throwing. */
  readonly before?: () => void;
  readonly after?: () => void;
}

/**
 * The objects of one bucket: a file each, and their keys in memory in listing order. The keys are
 * read from the file names at start, so there is no second record that could disagree with the files.
 *
 * Writes are prepared aside and become visible in one synchronous step (check the condition, rename,
 * update the keys), so that racing writers are put in order by the event loop and none can slip
 * between another's check and its rename.
 */
export class Objects {
  #closed = false;

  private constructor(
    private readonly dir: string,
    private readonly volume: Volume,
    private readonly keys: SortedKeys,
  ) {}

  static empty(dir: string, volume: Volume): Objects {
    return new Objects(dir, volume, new SortedKeys([]));
  }

  static async open(dir: string, volume: Volume): Promise<Objects> {
    const readKey = (name: string): string =>
      (readBlobMetadataSync(join(dir, name)) as { metadata: ObjectMetadata }).metadata.key;
    const keys = (await readdir(dir))
      .map((name) => keyOfFile(name, readKey))
      .filter((key) => key !== undefined);
    return new Objects(dir, volume, new SortedKeys(keys));
  }

  get isEmpty(): boolean {
    return this.keys.size === 0;
  }

  /** Refuses all further writes, those under way included. */
  close(): void {
    this.#closed = true;
  }

  async open(key: string): Promise<OpenObject | undefined> {
    const blob = await openBlob(this.#path(key));
    if (blob === undefined) return undefined;
    const object = { ...(blob.metadata as ObjectMetadata), size: blob.size };
    return { object, handle: blob.handle };
  }

  /** Undefined when there is no such object. */
  stat(key: string): ObjectSummary | undefined {
    const blob = readBlobMetadataSync(this.#path(key));
    return blob && { ...(blob.metadata as ObjectMetadata), size: blob.size };
  }

  /**
   * Stores an object, or leaves everything as it was.
   *
   * @param step what else belongs to the step that makes the object visible
   * @throws {S3Error} when `condition` does not hold, or whatever `source` throws
   */
  async put(
    key: string,
    source: ByteSource,
    attributes: ObjectAttributes,
    condition: WriteCondition = {},
    step: CommitStep = {},
  ): Promise<ObjectSummary> {
    const temporary = this.volume.temporaryPath();
    try {
      let summary: ObjectSummary | undefined;
      await writeBlob(temporary, source, (size) => {
        const { headers, userMetadata } = attributes;
        const lastModified = Date.now();
        const metadata = { key, ...source.digests(), lastModified, headers, userMetadata };
        summary = { ...metadata, size };
        return metadata;
      });
      await this.volume.flush(temporary);
      this.#requireOpen();
      this.#requireCondition(key, condition);
      step.before?.();
      renameSync(temporary, this.#path(key));
      this.keys.add(toByteString(key));
      step.after?.();
      await this.volume.flush(this.dir);
      return summary as ObjectSummary;
    } finally {
      await this.volume.remove(temporary);
    }
  }

  /**
   * Removes an object; none being there is a success too.
   *
   * @throws {S3Error} when `condition` does not hold
   */
  async delete(key: string, condition: WriteCondition = {}): Promise<void> {
    if (this.remove(key, condition)) await this.flush();
  }

  /** As `delete`, without making sure that it outlives a power failure: see `flush`. */
  remove(key: string, condition: WriteCondition = {}): boolean {
    this.#requireOpen();
    this.#requireCondition(key, condition);
    const bytes = toByteString(key);
    if (!this.keys.has(bytes)) return false;
    try {
      unlinkSync(this.#path(key));
    } catch (error) {
      // Removed by somebody else.
      if (!isAbsent(error)) throw error;
    }
    this.keys.delete(bytes);
    return true;
  }

  async flush(): Promise<void> {
    await this.volume.flush(this.dir);
  }

  list(query: KeyQuery): KeyPage {
    return listKeys(this.keys, query);
  }

  #requireOpen(): void {
    if (this.#closed) throw new S3Error("NoSuchBucket");
  }

  #requireCondition(key: string, condition: WriteCondition): void {
    if (condition.ifAbsent === undefined && condition.ifMatch === undefined) return;
    requireCondition(condition, this.stat(key)?.etag);
  }

  #path(key: string): string {
    return join(this.dir, fileName(key));
  }
}
