import { JOURNAL, migratorOf } from "../site/migrator.js";
import type { UseCase } from "./use-case.js";

/** The way from the schema before the journal to the journal, back and there again. */
export const MIGRATION_CASES: readonly UseCase[] = [
  {
    name: "migration up, down and up again",
    kinds: ["image"],
    files: 2,
    migrates: true,
    troubles: ["kill", "postgres"],
    oneIn: 8,
    async run({ journal, database, pooler }) {
      const migrator = migratorOf(database, { pooler });
      const ways = [() => migrator.up(), () => migrator.down({ to: JOURNAL }), () => migrator.up()];
      for (const way of ways) await journal.call({ do: "maintenance" }, way);
    },
  },
];
