import type { Migration } from "../migrator/migration.js";
import { createUsers } from "./0001-create-users.js";

/** This package's tables, oldest first. */
export const databaseMigrations: readonly Migration[] = [createUsers];
