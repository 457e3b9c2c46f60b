import { createDatabase } from "@repo/database";
import type { Transaction } from "sequelize";

import type { MediaScope, ObjectStoreProvider } from "../../../src/index.js";
import { injectFaults, type StorageFault } from "../../../src/testing.js";
import type { Harness } from "../../support/harness.js";
import { poolerOf } from "../../support/services.js";

/** At which call to S3 a process dies, and whether S3 carries that call out. */
export interface Death {
  at: "put" | "presignGet" | "uploadPart" | "delete";
  isCarriedOut: boolean;
}

/** The store as the commands use it: of three owners, with one transaction at most. */
export class Real {
  #open: { transaction: Transaction; store: ObjectStoreProvider } | undefined;

  private constructor(
    readonly harness: Harness,
    private readonly users: readonly string[],
  ) {}

  /** Begins with nothing stored, whatever an earlier run has left. */
  static async begin(harness: Harness): Promise<Real> {
    const { database, s3 } = harness;
    await database.query("DELETE FROM images; DELETE FROM audio; DELETE FROM object_store_journal");
    await s3.deleteMany(await harness.keys());
    for await (const upload of s3.listMultipartUploads()) await s3.abortMultipartUpload(upload);
    return new Real(harness, [await harness.addUser(), await harness.addUser()]);
  }

  private scope(owner: number, store = this.harness.store): MediaScope {
    const user = this.users[owner - 1];
    return user === undefined ? store.forSystem() : store.forUser(user);
  }

  /** What a call is made on, and what it passes; the first one inside begins the transaction. */
  async calling(
    owner: number,
    inTransaction: boolean,
  ): Promise<{ scope: MediaScope; options: { transaction?: Transaction } }> {
    if (!inTransaction) return { scope: this.scope(owner), options: {} };
    this.#open ??= {
      transaction: await this.harness.database.transaction(),
      // One that can be closed: what goes on behind the transaction's end is then over, too.
      store: this.harness.storeWith({}),
    };
    const { transaction, store } = this.#open;
    return { scope: this.scope(owner, store), options: { transaction } };
  }

  async end(how: "commit" | "rollback"): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.transaction[how]();
    await open?.store.close({ timeoutSeconds: 60 });
  }

  /**
   * Makes a call in what is a process of its own to the servers, and dies in it: from then on, it
   * reaches neither of them.
   *
   * @returns the id of the file that it was about
   */
  async dieIn(
    { at, isCarriedOut }: Death,
    owner: number,
    call: (scope: MediaScope) => Promise<unknown>,
  ): Promise<string> {
    const database = createDatabase({ url: this.harness.databaseUrl, ...poolerOf() });
    const { storage: s3, faults } = injectFaults(this.harness.s3);
    let isDead = false;
    const die = async (): Promise<void> => {
      isDead = true;
      await database.close();
    };
    const last: StorageFault = { type: isCarriedOut ? "loseResponse" : "error" };
    faults.add({ match: at, times: 1, fault: { type: "interleave", run: die } });
    faults.add({ match: at, times: 1, fault: last });
    faults.add({ match: () => isDead, fault: { type: "error" } });
    const outcome = await call(this.scope(owner, this.harness.storeWith({ database, s3 }))).then(
      () => "answered",
      () => "died",
    );
    const key = faults.calls.find(({ operation }) => operation === at)?.keys[0];
    if (outcome !== "died" || key === undefined) throw new Error(`the process lives (${at})`);
    return idOf(key);
  }

  /** The ids of all objects and of all multipart uploads. */
  async bucket(): Promise<{ objects: string[]; parts: string[] }> {
    const parts: string[] = [];
    for await (const { key } of this.harness.s3.listMultipartUploads()) parts.push(idOf(key));
    return { objects: (await this.harness.keys()).map(idOf).sort(), parts: parts.sort() };
  }
}

function idOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1, key.lastIndexOf("."));
}
