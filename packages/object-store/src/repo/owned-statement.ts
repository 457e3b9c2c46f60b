import { PreparedStatement, type SqlParameter } from "@repo/database";

import type { Owner } from "./owner.js";
import { OWNED_BY } from "./sql.js";

/**
 * A statement on the rows of an owner, in the two forms that indexes serve: they serve no
 * `IS NOT DISTINCT FROM`.
 */
export class OwnedStatement<Parameters extends readonly SqlParameter[]> {
  readonly #ofUser: PreparedStatement<Parameters>;
  readonly #ofSystem: PreparedStatement<Parameters>;

  /** @param text is given what tells that `user_id` is the owner that an expression gives */
  constructor(text: (ownedBy: (expression: string) => string) => string) {
    this.#ofUser = new PreparedStatement(text(OWNED_BY.user));
    this.#ofSystem = new PreparedStatement(text(OWNED_BY.system));
  }

  of(owner: Owner): PreparedStatement<Parameters> {
    return owner === null ? this.#ofSystem : this.#ofUser;
  }
}
