import type { StoredKind } from "../../kinds.js";
import type { Inventory, InventoryRow } from "../../repo/inventory-repo.js";
import type { Values } from "./memory-rows.js";
import type { MemoryTables } from "./memory-table.js";

/** The rows of one table in memory, in the order of their keys. */
export class MemoryInventory implements Inventory {
  constructor(
    private readonly tables: MemoryTables,
    private readonly kind: StoredKind,
  ) {}

  async page(after: string, limit: number): Promise<InventoryRow[]> {
    const rows = await this.#select((row) => (row["s3Key"] as string) > after);
    return rows.sort((a, b) => (a.s3Key < b.s3Key ? -1 : 1)).slice(0, limit);
  }

  async findByKey(s3Key: string): Promise<InventoryRow | null> {
    const [row] = await this.#select((values) => values["s3Key"] === s3Key);
    return row ?? null;
  }

  async #select(meets: (row: Values) => boolean): Promise<InventoryRow[]> {
    await Promise.resolve();
    const hasFile = this.kind !== "direct_upload";
    return this.tables[this.kind].select(meets).map(({ id, s3Key, byteSize, sha256 }) => ({
      id,
      s3Key,
      byteSize: hasFile ? byteSize : null,
      sha256,
    }));
  }
}
