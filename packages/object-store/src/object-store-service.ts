import { bound } from "./bound.js";
import { checkInteger, checkOptions, checkServers, checkUserId } from "./checks.js";
import { dependenciesOf, type ObjectStoreOptions } from "./options.js";
import { sqlPersistence } from "./persistence.js";
import type { CloseOptions, ObjectStoreProvider } from "./provider.js";
import type { Dependencies } from "./service/dependencies.js";
import { MediaScope } from "./service/media-scope.js";
import { observed } from "./telemetry/telemetry.js";
import { storageFailure } from "./upload/storage-client.js";

/**
 * Makes the module's public face.
 *
 * @throws InvalidInputError (`invalid_input`) when an option is out of its bounds
 */
export function objectStoreProvider(options: ObjectStoreOptions): ObjectStoreProvider {
  const { database } = checkServers(options);
  return new ObjectStoreService(dependenciesOf(options, sqlPersistence(database, options)));
}

/** A prefix without objects. */
const NOWHERE = "ready/";

/** The module over any rows and any storage. */
export class ObjectStoreService implements ObjectStoreProvider {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    bound(this);
  }

  forUser(userId: string): MediaScope {
    return new MediaScope(this.#dependencies, checkUserId(userId));
  }

  forSystem(): MediaScope {
    return new MediaScope(this.#dependencies, null);
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
