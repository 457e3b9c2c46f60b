import { createHash } from "node:crypto";

import { S3InvalidRangeError, S3NotFoundError } from "@repo/s3-provider";

import { InvalidCursorError } from "../errors.js";
import { errorFacts } from "../logger.js";
import type { InventoryRow } from "../repo/inventory-repo.js";
import { checkInteger } from "../checks.js";
import { throwIfAborted } from "../upload/abort.js";
import { STORAGE_KEYS } from "../kinds.js";
import type { OwnerType } from "../owner-types.js";
import type { VerifyFinding, VerifyOptions, VerifyReport } from "./contract.js";
import type { MaintenanceDependencies } from "./dependencies.js";
import type { InventoryKind } from "./inventory.js";
import { rethrowUnlessS3 } from "./long-call.js";
import { Pace } from "./pace.js";

/** Files that are read from the database at a time. */
const PAGE = 100;

/** Consecutive files that S3 may fail to return before the call fails. */
const MAX_UNREADABLE = 10;

const DEFAULT_BYTES_PER_SECOND = 16 * 1024 * 1024;

/** Characters of a cursor that are decoded at most; a key of the module has fewer. */
const MAX_CURSOR_CHARACTERS = 1024;

/** One verification: reads the objects of files in the order of their keys. */
export class Verifier {
  readonly #pace: Pace;
  readonly #maxFiles: number;
  readonly #start: string;
  readonly #report: VerifyReport;
  #unreadableInARow = 0;

  /**
   * @param kinds in the order of their folders
   * @throws InvalidInputError (`invalid_input`), InvalidCursorError (`invalid_cursor`)
   */
  constructor(
    private readonly dependencies: MaintenanceDependencies,
    private readonly kinds: readonly InventoryKind[],
    private readonly options: VerifyOptions,
  ) {
    const { signal, cursor = null } = options;
    const most = Number.MAX_SAFE_INTEGER;
    const rate = options.bytesPerSecond ?? DEFAULT_BYTES_PER_SECOND;
    this.#pace = new Pace(checkInteger("bytesPerSecond", rate, 1, most), signal);
    this.#maxFiles = checkInteger("maxFiles", options.maxFiles ?? most, 1, most);
    this.#start = cursor === null ? "" : decodeCursor(cursor, dependencies.ownerType);
    this.#report = { files: 0, bytes: 0, corrupt: 0, unreadable: 0, cursor };
  }

  async verify(): Promise<VerifyReport> {
    const report = this.#report;
    let after = this.#start;
    for (const { kind, rows: repo } of this.kinds) {
      for (;;) {
        const limit = Math.min(PAGE, this.#maxFiles - report.files);
        if (limit === 0) return report;
        // All keys of a folder that the cursor has passed are before it.
        const rows = await repo.page(after, limit);
        for (const row of rows) await this.#verifyFile(kind, repo, row);
        after = rows.at(-1)?.s3Key ?? after;
        if (rows.length < limit) break;
      }
    }
    report.cursor = null;
    this.options.onProgress?.({ ...report });
    return report;
  }

  async #verifyFile(
    kind: InventoryKind["kind"],
    repo: InventoryKind["rows"],
    row: InventoryRow,
  ): Promise<void> {
    const { signal, onProgress, onFinding } = this.options;
    const report = this.#report;
    const finding = await this.#tryToRead(row);
    report.files += 1;
    report.bytes = this.#pace.bytes;
    report.cursor = encodeCursor(row.s3Key);
    if (finding !== "intact" && (await repo.findByKey(row.s3Key)) !== null) {
      report[finding === "unreadable" ? "unreadable" : "corrupt"] += 1;
      await onFinding?.({ finding, kind, fileId: row.id, key: row.s3Key });
    }
    onProgress?.({ ...report });
    throwIfAborted(signal);
  }

  async #tryToRead(row: InventoryRow): Promise<VerifyFinding["finding"] | "intact"> {
    try {
      const found = await this.#read(row);
      this.#unreadableInARow = 0;
      return found;
    } catch (error) {
      rethrowUnlessS3(error);
      this.#unreadableInARow += 1;
      if (this.#unreadableInARow > MAX_UNREADABLE) throw error;
      const facts = { fileId: row.id, ...errorFacts(error) };
      this.dependencies.logger.warn("an object could not be verified", facts);
      return "unreadable";
    }
  }

  /** Compares the bytes with the row. Reads an object in ranges, so that no pause keeps a connection. */
  async #read({
    s3Key: key,
    byteSize,
    sha256,
  }: InventoryRow): Promise<"intact" | "missing" | "size" | "sha256"> {
    const { burstBytes } = this.#pace;
    const { signal } = this.options;
    const expected = byteSize ?? 0;
    const hash = createHash("sha256");
    let ifMatch: string | undefined;
    try {
      for (let start = 0; start < expected; start += burstBytes) {
        const end = Math.min(start + burstBytes, expected) - 1;
        const range = { start, end };
        const object = await this.dependencies.s3.get(key, { range, ifMatch, signal });
        if (object.totalByteLength !== expected) {
          object.body.destroy();
          return "size";
        }
        ifMatch = object.etag;
        for await (const chunk of object.body as AsyncIterable<Uint8Array>) hash.update(chunk);
        await this.#pace.spend(object.byteLength);
      }
    } catch (error) {
      if (error instanceof S3NotFoundError) return "missing";
      if (error instanceof S3InvalidRangeError) return "size";
      throw error;
    }
    return sha256?.equals(hash.digest()) === true ? "intact" : "sha256";
  }
}

/** A cursor is the key of the last file that was read, made opaque. */
function encodeCursor(key: string): string {
  return Buffer.from(key).toString("base64url");
}

/** @throws InvalidCursorError (`invalid_cursor`) */
function decodeCursor(cursor: unknown, ownerType: OwnerType): string {
  if (typeof cursor !== "string") throw new InvalidCursorError("The cursor must be a string.");
  const key = Buffer.from(cursor.slice(0, MAX_CURSOR_CHARACTERS), "base64url").toString();
  if (!STORAGE_KEYS[ownerType].test(key) || encodeCursor(key) !== cursor) {
    throw new InvalidCursorError("The cursor was not given out by a verification.");
  }
  return key;
}
