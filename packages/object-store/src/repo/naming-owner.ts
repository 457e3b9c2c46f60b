import { ForeignKeyConstraintError } from "sequelize";

import { OwnerNotFoundError } from "../errors.js";
import type { Owner } from "./conditions.js";

/**
 * Runs an insert of an owner's row.
 *
 * @throws OwnerNotFoundError (`owner_not_found`)
 */
export async function namingOwner<Result>(
  owner: Owner,
  insert: () => Promise<Result>,
): Promise<Result> {
  try {
    return await insert();
  } catch (error) {
    if (error instanceof ForeignKeyConstraintError && owner !== null) {
      throw new OwnerNotFoundError(error);
    }
    throw error;
  }
}
