import type { MediaKind } from "@repo/media-inspection";

import { type Checked, checkIdempotencyKey, checkOptions } from "../checks.js";
import type { CreateOf, ReadOf, RulesOf } from "../dto/dtos-of-kind.js";
import { validated } from "../dto/rules.js";
import { FileUploadResult } from "../dto/upload-result.js";
import { InvalidInputError, ObjectStoreError } from "../errors.js";
import { sanitizedFilename } from "../filename.js";
import { Acceptance } from "../gate/rules.js";
import { storageKey } from "../kinds.js";
import { errorFacts } from "../logger.js";
import { checkPrivacy, type PrivacyLevel } from "../privacy.js";
import type { Input, UploadOptions } from "../provider.js";
import type { Quota } from "../quota/quota.js";
import type { NewUpload } from "../repo/journal-repo.js";
import { stage } from "../telemetry/telemetry.js";
import { withUploadTime } from "../upload/abort.js";
import type { ByteSource } from "../upload/byte-source.js";
import type { InspectedBody } from "../upload/inspected-body.js";
import { discardBody, guardBody } from "../upload/unread-body.js";
import { openByteSource } from "../upload/open-byte-source.js";
import { PendingUpload } from "../upload/pending-upload.js";
import { type OnSent, progressReporter } from "../upload/progress.js";
import type { StrippedSource } from "../upload/stripped-source.js";
import { checkStrictness, type Strictness } from "../upload/verification.js";
import { completeUpload, requireUploadable, type StoredFile } from "./completion.js";
import type { CollectionScope } from "./dependencies.js";
import { contradictionsTo } from "./declared-type.js";
import type { Dependencies } from "./dependencies.js";
import type { Recipe } from "../rendering/recipes.js";
import { type GivenValues, givenValues } from "./given-values.js";
import { IdempotencyKey, requireSameBytes } from "./idempotency.js";
import { KIND_RULES } from "./kind-rules.js";
import { type CheckedUrlOptions, checkUrlOptions, signFile } from "./urls.js";

/** What a caller asks of an upload, with every choice made. */
interface UploadRequest<Create> {
  create: Create;
  given: GivenValues;
  options: Checked<Omit<UploadOptions, "rules">>;
  urlOptions: CheckedUrlOptions;
  strictness: Strictness;
  privacy: PrivacyLevel;
  /** Of the variants to make with it. */
  recipes: readonly Recipe[];
  /** What its body is accepted by. */
  acceptance: Acceptance<MediaKind>;
  onSent: OnSent | undefined;
}

/** One upload: intent, bytes, completion; or nothing at all. */
export class Upload<K extends MediaKind> {
  readonly #filename: string | null;

  private constructor(
    private readonly scope: CollectionScope<K>,
    private readonly request: UploadRequest<CreateOf<K>>,
    private readonly source: ByteSource,
  ) {
    this.#filename = sanitizedFilename(request.create.filename ?? source.filename);
  }

  static async store<K extends MediaKind>(
    scope: CollectionScope<K>,
    input: Input<CreateOf<K>>,
    options: UploadOptions<RulesOf<K>> | undefined,
  ): Promise<FileUploadResult<ReadOf<K>>> {
    const request = await uploadRequest(scope.dependencies, scope.kind, input, options);
    const upload = new Upload(scope, request, await openByteSource(request.create.body));
    try {
      return upload.#resultOf(await upload.#run());
    } finally {
      await upload.#close();
    }
  }

  #resultOf({ row, signed }: StoredFile<K>): FileUploadResult<ReadOf<K>> {
    const contentType = this.request.create.contentType ?? this.source.contentType;
    const claims = { filename: this.#filename, contentType };
    const contradictions = contradictionsTo(row.contentType, claims);
    return new FileUploadResult(KIND_RULES[this.scope.kind].read(row), signed, contradictions);
  }

  async #close(): Promise<void> {
    await this.source.close().catch((error: unknown) => {
      const { logger } = this.scope.dependencies;
      logger.warn("the source of a body could not be closed", errorFacts(error));
    });
  }

  async #run(): Promise<StoredFile<K>> {
    const { sourceTimeoutSeconds, uploadTimeoutSeconds, calls, inspector } =
      this.scope.dependencies;
    const { options, privacy, strictness, recipes, acceptance } = this.request;
    const { maxBytes, onFormat, onFacts } = acceptance;
    await requireUploadable(this.scope, options);
    const quota = await this.#quotaWithRoom();
    return withUploadTime(uploadTimeoutSeconds, [options.signal, calls.signal], (end) => {
      const choices = {
        ...{ privacy, strictness, recipes, maxBytes, onFormat, onFacts },
        ...{ sourceTimeoutSeconds, signal: end.signal },
      };
      return inspector.use(this.source, choices, (body, stripped) =>
        this.#storeBody(body, stripped, quota, end),
      );
    });
  }

  /** The owner's quota. Rejects what has no room, unless it may be a repetition, which stores nothing. */
  async #quotaWithRoom(): Promise<Quota | undefined> {
    const { dependencies, owner } = this.scope;
    const { byteLength } = this.source;
    const quota = await dependencies.quotas.of(owner);
    const mayBeRepetition = this.request.options.idempotencyKey !== undefined;
    if (quota !== undefined && byteLength !== undefined && !mayBeRepetition) {
      await dependencies.quotas.requireRoom(owner, quota, byteLength);
    }
    return quota;
  }

  /** @param end ends the upload before its time */
  async #storeBody(
    body: InspectedBody,
    { source, privacy, removed }: StrippedSource,
    quota: Quota | undefined,
    end: AbortController,
  ): Promise<StoredFile<K>> {
    const { dependencies, owner, kind } = this.scope;
    const { given, options, urlOptions, onSent } = this.request;
    const { signal } = end;
    body.readAhead();
    // Of a stream, what has come; the rest as it comes.
    const bytes = body.byteLength ?? source.byteLength ?? body.head.byteLength;
    const reservation = quota && { bytes, files: 1, quota };
    const intent: NewUpload = {
      kind,
      userId: owner,
      ...storageKey(body.format, owner, dependencies.ownerType),
      leaseSeconds: dependencies.leaseSeconds,
      isOwnerKnown: options.transaction !== undefined,
      reservation,
    };
    const acquired = await stage("intent", () => this.#record(intent, signal));
    if ("file" in acquired) {
      const { file: row } = acquired;
      await requireSameBytes(row, body);
      if (options.transaction === undefined) {
        await Promise.all(
          this.request.recipes.map((recipe) => dependencies.maker.make(kind, row, recipe)),
        );
      }
      return { row, signed: await signFile(dependencies.s3, row, urlOptions) };
    }
    const upload = new PendingUpload(dependencies, acquired.upload, reservation);
    await stage("transfer", () => upload.send(body, end, onSent));
    const { transaction } = options;
    const what = { upload, body, privacy, removed };
    const named = { ...given, originalFilename: this.#filename };
    const sent = { ...what, given: named, urlOptions, end, transaction };
    return stage("complete", () => completeUpload(this.scope, sent));
  }

  /** Records the upload, or finds the file that has its idempotency key. */
  async #record(intent: NewUpload, signal: AbortSignal) {
    const { dependencies, kind } = this.scope;
    const { idempotencyKey, transaction } = this.request.options;
    if (idempotencyKey === undefined) return { upload: await dependencies.journal.open(intent) };
    const key = new IdempotencyKey(dependencies, kind, intent, idempotencyKey);
    return key.acquire(transaction, signal);
  }
}

const HINT = "Write upload({ body }); a file goes as fromPath(path).";

/**
 * Checks what a caller asks of an upload; the body of one that is refused is ended.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
async function uploadRequest<K extends MediaKind>(
  defaults: Dependencies,
  kind: K,
  input: Input<CreateOf<K>>,
  uploadOptions: UploadOptions<RulesOf<K>> | undefined,
): Promise<UploadRequest<CreateOf<K>>> {
  let create: CreateOf<K> | undefined;
  try {
    create = validated(KIND_RULES[kind].createDto, input, HINT);
    guardBody(create.body);
    const given = givenValues(create);
    const options = checkOptions(uploadOptions);
    if (options.idempotencyKey !== undefined) checkIdempotencyKey(options.idempotencyKey);
    const strictness = checkStrictness(options, defaults.strictness);
    const urlOptions = checkUrlOptions(
      { expiresIn: options.urlExpiresIn },
      defaults,
      "urlExpiresIn",
    );
    const privacy = checkPrivacy(options.privacy ?? defaults.privacy);
    const recipes = defaults.recipes.all(options.variants);
    const acceptance = new Acceptance(kind, options.rules, defaults.maxBytes);
    const onSent = progressReporter(options.onProgress, defaults.logger);
    return {
      ...{ create, given, options, urlOptions, strictness, privacy, recipes, acceptance },
      onSent,
    };
  } catch (error) {
    await (create === undefined ? discardInput(input) : discardBody(create.body));
    if (error instanceof ObjectStoreError) throw error;
    throw new InvalidInputError("The input cannot be read.", { cause: error });
  }
}

/** Ends what may be a body: the property, or what was passed in the place of its object. */
export async function discardInput(input: unknown): Promise<void> {
  await Promise.all([input, bodyOf(input)].map(discardBody));
}

function bodyOf(input: unknown): unknown {
  try {
    return (input as { body?: unknown } | null | undefined)?.body;
  } catch {
    // Its getter throws.
    return undefined;
  }
}
