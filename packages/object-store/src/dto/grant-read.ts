import { Expose } from "class-transformer";

import type { GrantModel } from "../models/grant.model.js";
import type { OwnerId } from "../owner-types.js";

/** Everyone who is signed in: the scope of any user. */
export interface Everyone {
  readonly everyone: true;
}

/** With whom a file is shared, and until when. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- What an application gets.
export class GrantRead<Id extends OwnerId = string> {
  /** A user's id, or `{ everyone: true }`. */
  @Expose() readonly with!: Id | Everyone;
  /** When it ends, or null. */
  @Expose() readonly until!: Date | null;
  @Expose() readonly createdAt!: Date;
}

export function toGrantRead({ grantee, expiresAt, createdAt }: GrantModel): GrantRead<OwnerId> {
  return Object.assign(new GrantRead<OwnerId>(), {
    with: grantee ?? { everyone: true },
    until: expiresAt,
    createdAt,
  });
}
