import { objectStoreMigrations, sequelizeMigration } from "@repo/object-store/migrations";
import type { QueryInterface, Sequelize } from "sequelize";
import { type RunnableMigration, SequelizeStorage, Umzug } from "umzug";

import { tables } from "./existing-tables.js";
import { createAccounts, createPosts } from "./own-migrations.js";

const all = objectStoreMigrations(tables);

const objectStore = all.map(({ name }): RunnableMigration<QueryInterface> => {
  const { up, down } = sequelizeMigration(all, { from: name, to: name });
  return { name, up: ({ context }) => up(context), down: ({ context }) => down(context) };
});

export function umzugOf(database: Sequelize) {
  return new Umzug({
    migrations: [createAccounts, ...objectStore, createPosts],
    context: database.getQueryInterface(),
    storage: new SequelizeStorage({ sequelize: database }),
    logger: undefined,
  });
}
