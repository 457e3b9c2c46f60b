import { DEFAULT_INSPECTION_LIMITS, type InspectionLimits } from "@repo/media-inspection";
import type { VariantRecipe } from "@repo/media-processing";

import { checkBoolean, checkInteger, checkLimits, checkOptions } from "../checks.js";
import { FOLDERS, KINDS_IN_KEY_ORDER } from "../kinds.js";
import { type ObjectStoreLogger, safeLogger } from "../logger.js";
import type { OwnerType } from "../owner-types.js";
import { observed } from "../telemetry/telemetry.js";
import { UPLOAD_SECONDS } from "../upload/abort.js";
import { type IsolationOptions, processesFor } from "../upload/decoding.js";
import { Inspector } from "../upload/inspector.js";
import type { StorageClient } from "../upload/storage-client.js";
import { Recipes } from "../rendering/recipes.js";
import { ProcessRenderer, type Renderer } from "../rendering/renderer.js";
import { VariantMaker } from "../variants/variant-maker.js";
import { Auditor } from "./auditor.js";
import type { ObjectStoreMaintenance } from "./contract.js";
import type { MaintenanceDependencies, MaintenanceRows } from "./dependencies.js";
import { Eraser } from "./eraser.js";
import { events } from "./events.js";
import { longCall } from "./long-call.js";
import { recount } from "./recount.js";
import { Stripper } from "./stripper.js";
import { type StagedPosition, Sweeper } from "./sweeper.js";
import { usage } from "./usage.js";
import { VariantFiller } from "./variant-filler.js";
import { Verifier } from "./verifier.js";

interface Options {
  s3: StorageClient;
  leaseSeconds?: number | undefined;
  logger?: ObjectStoreLogger | undefined;
  inspection?: Partial<InspectionLimits> | undefined;
  variants?: Readonly<Record<string, VariantRecipe>> | undefined;
  isolation?: IsolationOptions | undefined;
  events?: boolean | undefined;
  /** Makes the variants; processes when absent. */
  renderer?: Renderer | undefined;
}

/** More than a run has lanes: it bounds itself by `parallel`. */
const MAX_WAITING = 10_000;

/**
 * The maintenance of any rows and any storage.
 *
 * @throws InvalidInputError (`invalid_input`) when an option is out of its bounds
 */
export function maintenanceOver(
  rows: MaintenanceRows,
  options: Options,
): ObjectStoreMaintenance<OwnerType> {
  const { s3, isolation } = options;
  const logger = safeLogger(options.logger);
  const leaseSeconds = checkInteger("leaseSeconds", options.leaseSeconds ?? 600, 10, 86_400);
  const processes = processesFor(isolation && { ...isolation, maxWaiting: MAX_WAITING });
  const { renderers } = processes;
  const limits = checkLimits(options.inspection);
  const { maxPixels = DEFAULT_INSPECTION_LIMITS.maxPixels } = limits;
  const renderer = options.renderer ?? new ProcessRenderer(renderers, maxPixels);
  const inspector = new Inspector(limits, processes, renderer);
  const recipes = new Recipes(options.variants);
  const { signal } = new AbortController();
  const dependencies: MaintenanceDependencies = {
    ...rows,
    s3,
    logger,
    leaseSeconds,
    tells: checkBoolean("events", options.events ?? false),
    maker: new VariantMaker({
      ...{ ...rows, s3, logger, leaseSeconds, renderer, signal },
      // Every recipe of a file counts.
      maxWaiting: Infinity,
      uploadTimeoutSeconds: UPLOAD_SECONDS,
    }),
    renderers: renderers.processes,
  };
  const { files, inventoryOf } = rows;
  const folders = KINDS_IN_KEY_ORDER.map((kind) => ({
    folder: FOLDERS[kind],
    rows: inventoryOf(kind),
    ...(kind === "variant" && { variants: rows.variants }),
    ...(kind !== "variant" && kind !== "direct_upload" && { files: files[kind] }),
  }));
  const verified = KINDS_IN_KEY_ORDER.flatMap((kind) => {
    if (kind === "direct_upload") return [];
    return [{ kind, rows: inventoryOf(kind, { withHashes: true }) }];
  });
  const staged: StagedPosition = { after: undefined };
  const run = <Options extends { signal?: AbortSignal }, Result>(
    name: string,
    action: string,
    given: Options | undefined,
    work: (call: Options) => Promise<Result>,
  ): Promise<Result> =>
    observed({ name }, logger, () => {
      const call = checkOptions(given);
      return longCall(action, call.signal, async () => {
        await rows.owners.check();
        return work(call);
      });
    });
  return Object.freeze({
    sweep: (options) =>
      run("sweep", "sweep", options, (call) => new Sweeper(dependencies, staged, call).sweep()),
    audit: (options) =>
      run("audit", "audit the bucket", options, (call) =>
        new Auditor(dependencies, folders, call).audit(),
      ),
    verify: (options) =>
      run("verify", "verify objects", options, (call) =>
        new Verifier(dependencies, verified, call).verify(),
      ),
    eraseUser: (userId, options) =>
      run("erase_user", "erase a user's files", options, (call) =>
        new Eraser(dependencies, userId, call).erase(),
      ),
    makeVariants: (options) =>
      run("make_variants", "make variants", options, (call) =>
        new VariantFiller(dependencies, recipes, call).fill(),
      ),
    strip: (options) =>
      run("strip", "strip files", options, (call) =>
        new Stripper(dependencies, inspector, call).strip(),
      ),
    recount: (options) =>
      run("recount", "count what owners use", options, (call) => recount(dependencies, call)),
    events: (options) =>
      run("events", "look for events", options, (call) => events(dependencies, call)),
    usage: (options) => run("usage", "count files", options, (call) => usage(dependencies, call)),
  } satisfies ObjectStoreMaintenance<OwnerType>);
}
