import type { MediaKind } from "@repo/media-inspection";

import { checkInteger } from "../checks.js";
import { MEDIA_KINDS } from "../kinds.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import { throwIfAborted } from "../upload/abort.js";
import { decodeFileCursor, encodeFileCursor, type FileCursor } from "./file-cursor.js";

const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/** Files that are read from the database at a time. */
const PAGE = 100;

const MAX_PARALLEL = 64;

interface WalkOptions {
  cursor?: string | null | undefined;
  maxFiles?: number | undefined;
  parallel: number;
  signal?: AbortSignal | undefined;
}

interface Visitor {
  /** A page of the files to visit, by id. */
  page: (kind: MediaKind, from: { after: string; limit: number }) => Promise<MediaFileModel[]>;
  visit: (kind: MediaKind, file: MediaFileModel) => Promise<void>;
}

/** Visits files of all owners, by kind and id, several at a time. */
export class FileWalk {
  readonly #options: WalkOptions;
  readonly #maxFiles: number;
  readonly #start: FileCursor;
  #cursor: string | null;
  #files = 0;

  /** @throws InvalidInputError (`invalid_input`), InvalidCursorError (`invalid_cursor`) */
  constructor(options: WalkOptions) {
    const { cursor = null } = options;
    const most = Number.MAX_SAFE_INTEGER;
    checkInteger("parallel", options.parallel, 1, MAX_PARALLEL);
    this.#maxFiles = checkInteger("maxFiles", options.maxFiles ?? most, 1, most);
    this.#start = cursor === null ? { kind: "image", after: FIRST_ID } : decodeFileCursor(cursor);
    this.#cursor = cursor;
    this.#options = options;
  }

  /** Where another walk would continue; null once all files were seen. */
  get cursor(): string | null {
    return this.#cursor;
  }

  /** Ends with all files, or with `maxFiles` of them. After a failure no further visit begins. */
  async run({ page, visit }: Visitor): Promise<void> {
    let { after } = this.#start;
    for (const kind of MEDIA_KINDS.slice(MEDIA_KINDS.indexOf(this.#start.kind))) {
      for (;;) {
        const limit = Math.min(PAGE, this.#maxFiles - this.#files);
        if (limit === 0) return;
        const files = await page(kind, { after, limit });
        await this.#visitAll(files, (file) => visit(kind, file));
        this.#files += files.length;
        after = files.at(-1)?.id ?? after;
        this.#cursor = encodeFileCursor({ kind, after });
        if (files.length < limit) break;
      }
      after = FIRST_ID;
    }
    this.#cursor = null;
  }

  async #visitAll(
    files: readonly MediaFileModel[],
    visit: (file: MediaFileModel) => Promise<void>,
  ): Promise<void> {
    const { parallel, signal } = this.#options;
    const waiting = [...files];
    const lane = async (): Promise<void> => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        throwIfAborted(signal);
        try {
          await visit(file);
        } catch (error) {
          waiting.length = 0;
          throw error;
        }
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: parallel }, lane));
    for (const ended of lanes) if (ended.status === "rejected") throw ended.reason;
  }
}
