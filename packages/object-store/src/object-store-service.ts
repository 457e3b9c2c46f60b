import { bound } from "./bound.js";
import { checkInteger, checkOptions, checkServers, checkStorage } from "./checks.js";
import { dependenciesOf, type ForAnyOwner, type ObjectStoreOptions } from "./options.js";
import { checkUserId, type OwnerType } from "./owner-types.js";
import { sqlPersistence } from "./persistence.js";
import type { CloseOptions, ObjectStoreProvider } from "./provider.js";
import { ApplicationScope } from "./service/application-scope.js";
import type { Dependencies } from "./service/dependencies.js";
import { MediaScope } from "./service/media-scope.js";
import { observed } from "./telemetry/telemetry.js";
import { storageFailure } from "./upload/storage-client.js";

/**
 * Makes the module's public face.
 *
 * @throws InvalidInputError (`invalid_input`) when an option is out of its bounds
 */
export function objectStoreProvider<Type extends OwnerType = "uuid">(
  options: ObjectStoreOptions<Type>,
): ObjectStoreProvider<Type>;
/** @throws InvalidInputError (`invalid_input`) */
export function objectStoreProvider(options: ObjectStoreOptions): ObjectStoreProvider;
export function objectStoreProvider(
  options: ForAnyOwner<ObjectStoreOptions<OwnerType>>,
): ObjectStoreProvider {
  const { database, s3 } = checkServers(options);
  checkStorage(s3);
  return storeOver(dependenciesOf(options, sqlPersistence(database, options)));
}

/** The module over any rows and any storage, for owners of one type. */
export function storeOver<Type extends OwnerType = "uuid">(
  dependencies: Dependencies,
): ObjectStoreProvider<Type> {
  // What goes in decides what comes out, and `ownerType` decides what goes in.
  return new ObjectStoreService(dependencies) as object as ObjectStoreProvider<Type>;
}

/** A prefix without objects. */
const NOWHERE = "ready/";

class ObjectStoreService implements ObjectStoreProvider<OwnerType> {
  readonly events: ObjectStoreProvider<OwnerType>["events"];
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.events = dependencies.mediaEvents;
    bound(this);
  }

  forUser(userId: unknown): MediaScope {
    const owner = checkUserId(this.#dependencies.ownerType, userId);
    return new MediaScope(this.#dependencies, owner);
  }

  forSystem(): MediaScope {
    return new MediaScope(this.#dependencies, null);
  }

  forApplication(): ApplicationScope {
    return new ApplicationScope(this.#dependencies);
  }

  ready(): Promise<void> {
    const { logger, calls, isReady } = this.#dependencies;
    return observed({ name: "ready" }, logger, () =>
      calls.run(async () => {
        await Promise.all([isReady(), this.#listNothing()]);
      }),
    );
  }

  async close(given?: CloseOptions): Promise<void> {
    const { timeoutSeconds = 10 } = checkOptions(given);
    const { calls, inspector } = this.#dependencies;
    await calls.close(checkInteger("timeoutSeconds", timeoutSeconds, 0, 3_600));
    inspector.end();
  }

  async #listNothing(): Promise<void> {
    const { s3 } = this.#dependencies;
    try {
      await s3.list({ prefix: NOWHERE })[Symbol.asyncIterator]().next();
    } catch (error) {
      throw storageFailure("list the bucket", error);
    }
  }
}
