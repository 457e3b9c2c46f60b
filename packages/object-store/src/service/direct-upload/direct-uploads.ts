import { setTimeout as sleep } from "node:timers/promises";

import type { MediaKind } from "@repo/media-inspection";
import { v7 as uuidv7 } from "uuid";

import { checkBoolean, type Checked, checkInteger } from "../../checks.js";
import {
  DirectUpload,
  DirectUploadCreate,
  type DirectUploadStatus,
} from "../../dto/direct-upload.js";
import type { DetailsOf, ReadOf, RulesOf } from "../../dto/dtos-of-kind.js";
import { validated } from "../../dto/rules.js";
import { FileUploadResult } from "../../dto/upload-result.js";
import {
  DirectUploadExpiredError,
  DirectUploadNotFoundError,
  FileNotFoundError,
  FileTooLargeError,
  InvalidInputError,
} from "../../errors.js";
import { sanitizedFilename } from "../../filename.js";
import { Acceptance } from "../../gate/rules.js";
import { stagingKey } from "../../kinds.js";
import { errorFacts } from "../../logger.js";
import type { DirectUploadModel } from "../../models/direct-upload.model.js";
import { checkPrivacy } from "../../privacy.js";
import type {
  CompleteOptions,
  DirectUploadOptions,
  DirectUploadStatusOptions,
  Input,
} from "../../provider.js";
import type { DirectUploadPlace, SeenDirectUpload } from "../../repo/direct-upload-repo.js";
import { abortable, withUploadTime } from "../../upload/abort.js";
import { storageFailure } from "../../upload/storage-client.js";
import { checkStrictness } from "../../upload/verification.js";
import { requireUploadable, type StoredFile } from "../completion.js";
import type { CollectionScope } from "../dependencies.js";
import { announcedType, contradictionsTo } from "../declared-type.js";
import { givenValues } from "../given-values.js";
import { KIND_RULES } from "../kind-rules.js";
import { checkUrlOptions, signFile } from "../urls.js";
import { type CompletionChoices, DirectUploadCompletion } from "./direct-upload-completion.js";
import { checkDirectUploadId, outcomeOf, toStatus } from "./direct-upload-state.js";
import { type PlannedPart, planParts } from "./part-plan.js";
import { signParts, signWhole } from "./sign-requests.js";
import { StagedObject } from "./staged-object.js";

const DEFAULT_SECONDS = 3_600;
const MAX_SECONDS = 86_400;

/** Seconds to complete an upload after its requests have expired. */
const COMPLETION_SECONDS = 3_600;

/** Seconds before that time is over in which no request works that was signed anew. */
const SPARE_SECONDS = 300;

/** Larger files are sent in parts by default. */
const WHOLE_BYTES = 16 * 1024 * 1024;
const PART_BYTES = 8 * 1024 * 1024;

const HINT = "Write createDirectUpload({ byteSize: file.size, contentType: file.type }).";

const DETAILS_HINT = "Write completeDirectUpload(id, { details: { title } }).";

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** The direct uploads of one kind of file in one scope. */
export class DirectUploads<K extends MediaKind> {
  constructor(private readonly scope: CollectionScope<K>) {}

  /** Records a staging key before anything can be sent, and signs requests to it. */
  async create(
    input: Input<DirectUploadCreate>,
    options: DirectUploadOptions,
  ): Promise<DirectUpload> {
    const { dependencies, kind, owner: userId } = this.scope;
    const { directUploads, logger, maxBytes, quotas } = dependencies;
    const create = validated(DirectUploadCreate, input, HINT);
    const { byteSize } = create;
    if (byteSize > maxBytes) throw new FileTooLargeError(maxBytes);
    const contentType = announcedType(create.contentType, kind);
    const expiresIn = checkLife(options);
    const isInParts = checkBoolean("multipart", options.multipart ?? byteSize > WHOLE_BYTES);
    if (dependencies.s3.needsParts === true && (isInParts || create.md5 === undefined)) {
      throw new InvalidInputError(
        "The bucket demands a digest: give md5, and multipart: false, as parts are sent without one.",
      );
    }

    const id = uuidv7();
    const row = await directUploads.create(
      {
        id,
        kind,
        userId,
        s3Key: stagingKey(id, userId, dependencies.ownerType),
        originalFilename: sanitizedFilename(create.filename),
        contentType,
        byteSize,
        md5: digest(create.md5, 16),
        sha256: digest(create.sha256, 32),
        partByteSize: isInParts ? PART_BYTES : null,
        reservation: await quotas.reservation(userId, { bytes: byteSize, files: 1 }),
      },
      expiresIn + COMPLETION_SECONDS,
    );
    try {
      if (isInParts) row.multipartId = await this.#beginParts(row);
      return await this.#signed(row, planParts(byteSize, row.partByteSize ?? byteSize), expiresIn);
    } catch (error) {
      await directUploads.cancel({ id, kind, userId }).catch((failure: unknown) => {
        logger.warn("a direct upload is left to the sweeper", { id, ...errorFacts(failure) });
      });
      throw storageFailure("prepare the direct upload", error);
    }
  }

  /** Makes a file of a direct upload. One of several concurrent calls does it; the others wait. */
  async complete(
    id: string,
    {
      transaction,
      signal,
      urlExpiresIn,
      ...options
    }: Checked<CompleteOptions<DetailsOf<K>, RulesOf<K>>>,
  ): Promise<FileUploadResult<ReadOf<K>>> {
    const { dependencies, kind } = this.scope;
    const { uploadTimeoutSeconds, calls } = dependencies;
    const { detailsDto } = KIND_RULES[kind];
    const choices = {
      transaction,
      urlOptions: checkUrlOptions({ expiresIn: urlExpiresIn }, dependencies, "urlExpiresIn"),
      strictness: checkStrictness(options, dependencies.strictness),
      privacy: checkPrivacy(options.privacy ?? dependencies.privacy),
      recipes: dependencies.recipes.all(options.variants),
      acceptance: new Acceptance(kind, options.rules, dependencies.maxBytes),
      given: givenValues(validated(detailsDto, options.details ?? {}, DETAILS_HINT)),
    };
    const place = this.#place(id);
    await requireUploadable(this.scope, { transaction });
    return withUploadTime(uploadTimeoutSeconds, [signal, calls.signal], async (end) => {
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        const result = await this.#tryToComplete(place, { ...choices, end });
        if (result !== undefined) return result;
        await abortable(sleep(pause), end.signal);
      }
    });
  }

  /** The state of a direct upload, with requests for what is left to send where these are asked for. */
  async status(id: string, options: DirectUploadStatusOptions): Promise<DirectUploadStatus> {
    const expiresIn = checkLife(options);
    const withRequests = checkBoolean("withRequests", options.withRequests ?? false);
    const seen = await this.#find(this.#place(id));
    if (!withRequests) return toStatus(seen);
    const requests = await this.#signMissing(seen, expiresIn).catch((error: unknown) => {
      throw storageFailure("list what was sent of the direct upload", error);
    });
    return Object.assign(toStatus(seen), { requests });
  }

  /** Ends a direct upload that is not completed; a completion in flight fails. */
  async cancel(id: string): Promise<void> {
    const { dependencies } = this.scope;
    const { directUploads } = dependencies;
    const place = this.#place(id);
    const seen = await this.#find(place);
    if (await directUploads.cancel(place)) await new StagedObject(dependencies, seen.row).discard();
  }

  #place(id: string): DirectUploadPlace {
    const { kind, owner: userId } = this.scope;
    return { id: checkDirectUploadId(id), kind, userId };
  }

  async #find(place: DirectUploadPlace): Promise<SeenDirectUpload> {
    const seen = await this.scope.dependencies.directUploads.find(place);
    if (seen === null) throw new DirectUploadNotFoundError(place.id);
    return seen;
  }

  /** Begins a multipart upload and records its id. */
  async #beginParts({ id, s3Key: key, contentType }: DirectUploadModel): Promise<string> {
    const { s3, directUploads } = this.scope.dependencies;
    const { uploadId } = await s3.createMultipartUpload({ key, contentType });
    await directUploads.setMultipartId(id, uploadId);
    return uploadId;
  }

  /** Null when nothing is left to send. */
  async #signMissing(seen: SeenDirectUpload, expiresIn: number): Promise<DirectUpload | null> {
    const { row, secondsLeft } = seen;
    if (outcomeOf(seen) !== undefined) return null;
    const missing = await new StagedObject(this.scope.dependencies, row).missing();
    if (missing?.length === 0) return null;
    // A completion that has ended since has removed what was sent.
    if (missing === undefined && outcomeOf(await this.#find(row)) !== undefined) return null;
    const life = Math.min(expiresIn, Math.floor(secondsLeft) - SPARE_SECONDS);
    if (missing === undefined || life < 1) throw new DirectUploadExpiredError();
    return this.#signed(row, missing, life);
  }

  async #signed(
    row: DirectUploadModel,
    parts: readonly PlannedPart[],
    expiresIn: number,
  ): Promise<DirectUpload> {
    const { s3 } = this.scope.dependencies;
    const { id, s3Key: key, byteSize, multipartId: uploadId } = row;
    const requests = await (uploadId === null
      ? signWhole(s3, row, expiresIn)
      : signParts(s3, { key, uploadId }, parts, expiresIn));
    const facts = { id, byteSize, completeBefore: row.leaseExpiresAt };
    return Object.assign(new DirectUpload(), { ...facts, ...requests });
  }

  /** Undefined while another call is completing it. */
  async #tryToComplete(
    place: DirectUploadPlace,
    choices: CompletionChoices,
  ): Promise<FileUploadResult<ReadOf<K>> | undefined> {
    const { dependencies, kind, owner } = this.scope;
    const { directUploads, leaseSeconds, s3, files } = dependencies;
    const { transaction, urlOptions } = choices;
    const own = transaction && (await directUploads.find(place, { transaction }));
    // What the caller's transaction has completed, it has locked: nobody else can claim it.
    const isCompleted = typeof own?.row.fileId === "string";
    const claimed = isCompleted ? null : await directUploads.claim(place, leaseSeconds);
    if (claimed !== null) {
      const completion = new DirectUploadCompletion(this.scope, claimed, choices);
      return this.#resultOf(await completion.run(), claimed);
    }
    const current = isCompleted ? own : await directUploads.find(place, { transaction });
    if (current === null) throw new DirectUploadNotFoundError(place.id);
    const fileId = outcomeOf(current);
    if (fileId === undefined) return undefined;
    const row = await files[kind].visibleById(fileId, owner, { transaction, decides: true });
    if (row === null) throw new FileNotFoundError(fileId);
    if (transaction === undefined) {
      const { maker } = dependencies;
      await Promise.all(choices.recipes.map((recipe) => maker.make(kind, row, recipe)));
    }
    return this.#resultOf({ row, signed: await signFile(s3, row, urlOptions) }, current.row);
  }

  #resultOf(
    { row, signed }: StoredFile<K>,
    { contentType }: DirectUploadModel,
  ): FileUploadResult<ReadOf<K>> {
    const claims = { filename: row.originalFilename, contentType };
    const contradictions = contradictionsTo(row.contentType, claims);
    return new FileUploadResult(KIND_RULES[this.scope.kind].read(row), signed, contradictions);
  }
}

function checkLife({ expiresIn = DEFAULT_SECONDS }: { expiresIn?: number }): number {
  checkInteger("expiresIn", expiresIn, 1, MAX_SECONDS);
  return expiresIn;
}

function digest(text: string | undefined, byteLength: number): Buffer | null {
  if (text === undefined) return null;
  return Buffer.from(text, text.length === 2 * byteLength ? "hex" : "base64");
}
