import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
} from "@aws-sdk/client-s3";

import { requireRoot } from "./answer-root.js";
import { requireEmptyAnswer } from "./empty-answer.js";
import { S3Error, S3UnexpectedError } from "./errors.js";
import { isNamedAbsent } from "./named-absent.js";
import { keyDecoder, keyReader, type ListOptions } from "./list-objects.js";
import { type CallOptions } from "./multipart-upload.js";
import { type S3Caller } from "./s3-caller.js";

/** Whether a bucket keeps what is overwritten and deleted; `suspended`: only what it kept before. */
export type VersioningStatus = "off" | "enabled" | "suspended";

/** One version of an object, or one delete marker. */
export interface ObjectVersion {
  key: string;
  versionId: string;
}

export interface ListedVersion extends ObjectVersion {
  isDeleteMarker: boolean;
  /** 0 for a delete marker. */
  byteLength: number;
}

/** Why Object Lock retains a version. */
export interface VersionLock {
  mode: "governance" | "compliance" | "legal_hold";
  /** The end of the retention; null for a legal hold, which has none. */
  until: Date | null;
}

const NOT_IMPLEMENTED = [405, 501];

/** The versions of objects in a bucket, and whether it has any. */
export class ObjectVersions {
  readonly #caller: S3Caller;

  constructor(caller: S3Caller) {
    this.#caller = caller;
  }

  /**
   * Whether a deletion of this provider was answered with a delete marker: the bucket has versioning,
   * and the bytes are still there.
   */
  get sawDeleteMarker(): boolean {
    return this.#caller.sawDeleteMarker;
  }

  /** The state of the bucket's versioning; `off` as well where the server has none. */
  async status({ signal }: CallOptions = {}): Promise<VersioningStatus> {
    const { bucket } = this.#caller;
    try {
      const call = { operation: "versioning", signal } as const;
      const command = new GetBucketVersioningCommand({ Bucket: bucket });
      requireRoot(command, call, "VersioningConfiguration");
      const { Status } = await this.#caller.send(command, call);
      if (Status === undefined) return "off";
      return Status === "Enabled" ? "enabled" : "suspended";
    } catch (error) {
      if (isNotImplemented(error)) return "off";
      throw error;
    }
  }

  /** Whether versions of the bucket can be locked against deletion. */
  async hasObjectLock({ signal }: CallOptions = {}): Promise<boolean> {
    const { bucket } = this.#caller;
    try {
      const call = { operation: "objectLock", signal } as const;
      const command = new GetObjectLockConfigurationCommand({ Bucket: bucket });
      requireRoot(command, call, "ObjectLockConfiguration");
      const { ObjectLockConfiguration: configuration } = await this.#caller.send(command, call);
      return configuration?.ObjectLockEnabled === "Enabled";
    } catch (error) {
      if (isNamedAbsent(error) || isNotImplemented(error)) return false;
      throw error;
    }
  }

  /** Yields every version and delete marker, a page held at a time. */
  async *list({ prefix, signal }: Pick<ListOptions, "prefix" | "signal"> = {}): AsyncGenerator<
    ListedVersion,
    void,
    undefined
  > {
    const { bucket } = this.#caller;
    let marker: { KeyMarker: string; VersionIdMarker: string | undefined } | undefined;
    do {
      const call = { operation: "listVersions", signal } as const;
      const command = new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: prefix,
        EncodingType: "url",
        ...marker,
      });
      // A server without versions may answer with its objects.
      requireRoot(command, call, "ListVersionsResult");
      const page = await this.#caller.send(command, call);
      // Every listing says whether it goes on: what does not is none.
      if (page.IsTruncated === undefined) throw badListing();
      const decode = keyDecoder("listVersions", page.EncodingType);
      const keyOf = keyReader("listVersions", page.EncodingType, prefix);
      for (const { Key, VersionId, Size } of page.Versions ?? []) {
        if (Key === undefined || VersionId === undefined || Size === undefined) throw badListing();
        yield { key: keyOf(Key), versionId: VersionId, isDeleteMarker: false, byteLength: Size };
      }
      for (const { Key, VersionId } of page.DeleteMarkers ?? []) {
        if (Key === undefined || VersionId === undefined) throw badListing();
        yield { key: keyOf(Key), versionId: VersionId, isDeleteMarker: true, byteLength: 0 };
      }
      const { NextKeyMarker, NextVersionIdMarker } = page;
      const next = page.IsTruncated
        ? { KeyMarker: decode(NextKeyMarker ?? ""), VersionIdMarker: NextVersionIdMarker }
        : undefined;
      const isStuck =
        next?.KeyMarker === marker?.KeyMarker && next?.VersionIdMarker === marker?.VersionIdMarker;
      // Without a marker, or with the one just used, the listing would start or go round again.
      if (next !== undefined && (next.KeyMarker === "" || isStuck)) throw badListing();
      marker = next;
    } while (marker !== undefined);
  }

  /** Removes a version or a delete marker for good; fine when there is none. */
  async delete({ key, versionId }: ObjectVersion, { signal }: CallOptions = {}): Promise<void> {
    const { bucket } = this.#caller;
    const call = { operation: "deleteVersion", key, signal } as const;
    const command = new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
    requireEmptyAnswer(command, call);
    try {
      await this.#caller.send(command, call);
    } catch (error) {
      if (!isNamedAbsent(error)) throw error;
    }
  }

  /** What retains a version, or undefined where nothing does; the legal hold where both do. */
  async lockOf(
    { key, versionId }: ObjectVersion,
    { signal }: CallOptions = {},
  ): Promise<VersionLock | undefined> {
    const { bucket } = this.#caller;
    const { ObjectLockMode, ObjectLockRetainUntilDate, ObjectLockLegalHoldStatus } =
      await this.#caller.send(
        new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
        { operation: "lockOfVersion", key, signal },
      );
    if (ObjectLockLegalHoldStatus === "ON") return { mode: "legal_hold", until: null };
    if (ObjectLockMode === undefined || ObjectLockRetainUntilDate === undefined) return undefined;
    const mode = ObjectLockMode === "COMPLIANCE" ? "compliance" : "governance";
    return { mode, until: ObjectLockRetainUntilDate };
  }
}

function isNotImplemented(error: unknown): boolean {
  return error instanceof S3Error && NOT_IMPLEMENTED.includes(error.statusCode ?? 0);
}

function badListing(): S3UnexpectedError {
  return new S3UnexpectedError({
    operation: "listVersions",
    outcome: "not_applied",
    reason: "the listing is not what S3 promises",
  });
}
