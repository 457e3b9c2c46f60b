import { literal, Op } from "sequelize";
import { v7 as uuidv7 } from "uuid";

import type { MediaKind } from "../inspection/media-facts.js";
import type { DirectUploadModel } from "../models/direct-upload.model.js";
import { fromNow, leaseForAtLeast, leaseHeld, type Owner } from "./conditions.js";
import type { StatementOptions } from "./media-repo.js";
import type { MediaTable } from "./media-table.js";

export interface NewDirectUpload {
  id: string;
  kind: MediaKind;
  userId: Owner;
  s3Key: string;
  originalFilename: string | null;
  contentType: string;
  byteSize: number;
  md5: Buffer | null;
  sha256: Buffer | null;
  partByteSize: number | null;
}

/** Whose direct upload, and of which kind of file. */
export interface DirectUploadPlace {
  id: string;
  kind: MediaKind;
  userId: Owner;
}

const CLAIM_OVER = { claim: null, claimExpiresAt: null };

/** The sweep takes nothing over whose claim is held. */
function claimFor(seconds: number): object {
  return { claimExpiresAt: fromNow(seconds), leaseExpiresAt: leaseForAtLeast(seconds) };
}

/**
 * The rows of direct uploads. Who completes one holds a claim, which is a lease within the lease;
 * every transition is a compare-and-set on it and on the database's clock.
 */
export class DirectUploadRepo {
  constructor(private readonly table: MediaTable<DirectUploadModel>) {}

  /** @param seconds until when it has to be completed */
  async create(upload: NewDirectUpload, seconds: number): Promise<DirectUploadModel> {
    const state = { status: "pending", leaseExpiresAt: fromNow(seconds) };
    return this.table.insert({ ...upload, ...state }, {});
  }

  /** Records what S3 calls the multipart upload. */
  async setMultipartId(id: string, multipartId: string): Promise<void> {
    await this.table.update("record the multipart upload", { id }, { multipartId }, {});
  }

  async find(
    place: DirectUploadPlace,
    options: StatementOptions = {},
  ): Promise<DirectUploadModel | null> {
    return this.table.findOne({ ...place }, options);
  }

  /** Takes the completion on, or gives null when there is nothing to complete or somebody does. */
  async claim(place: DirectUploadPlace, leaseSeconds: number): Promise<DirectUploadModel | null> {
    const free = { claim: null };
    const abandoned = { claimExpiresAt: { [Op.lte]: literal("clock_timestamp()") } };
    for (const unclaimed of [free, abandoned]) {
      const [row] = await this.table.update(
        "claim the direct upload",
        { ...place, status: "pending", ...leaseHeld(), ...unclaimed },
        { claim: uuidv7(), ...claimFor(leaseSeconds) },
        {},
      );
      if (row !== undefined) return row;
    }
    return null;
  }

  /** Pushes the end of a claim out, or gives false when it is another's by now. */
  async renew({ id, claim }: DirectUploadModel, leaseSeconds: number): Promise<boolean> {
    return this.#change({ id, claim, status: "pending" }, claimFor(leaseSeconds), {});
  }

  /** Gives a claim back, for somebody else to complete the upload. */
  async release({ id, claim }: DirectUploadModel): Promise<boolean> {
    return this.#change({ id, claim, status: "pending" }, CLAIM_OVER, {});
  }

  /** The upload has become a file; its row stays while its URLs may bring bytes. */
  async complete(
    { id, claim }: DirectUploadModel,
    fileId: string,
    options: StatementOptions,
  ): Promise<boolean> {
    const values = { status: "deleting", fileId, ...CLAIM_OVER };
    return this.#change({ id, claim, status: "pending" }, values, options);
  }

  /** What came is no file of ours, and never will be. */
  async refuse(
    { id, claim }: DirectUploadModel,
    refusal: { code: string; message: string },
  ): Promise<boolean> {
    const { code: refusalCode, message: refusalMessage } = refusal;
    const values = { status: "deleting", refusalCode, refusalMessage, ...CLAIM_OVER };
    return this.#change({ id, claim, status: "pending" }, values, {});
  }

  /** Ends an upload that is not completed; who is completing it has lost its claim. */
  async cancel(place: DirectUploadPlace): Promise<boolean> {
    const values = { status: "deleting", ...CLAIM_OVER };
    return this.#change({ ...place, status: "pending" }, values, {});
  }

  async #change(where: object, values: object, options: StatementOptions): Promise<boolean> {
    const rows = await this.table.update("change the direct upload", where, values, options);
    return rows.length > 0;
  }
}
