import { User } from "@repo/database";
import { col, fn, where } from "sequelize";

import type { OwnerChoice } from "./cli/owner-choice.js";
import { SetupError } from "@repo/command-line/setup-error";
import { type Owner, SYSTEM } from "./owner.js";

const SAMPLE_EMAILS = ["ada@example.com", "grace@example.com", "alan@example.com"] as const;

/** The users that own samples, made where they do not exist yet. */
export async function ensureSampleUsers(): Promise<Owner[]> {
  const owners: Owner[] = [];
  for (const email of SAMPLE_EMAILS) {
    const user = await ensureUser(email);
    owners.push({ id: user.id, name: user.email });
  }
  return owners;
}

/** Addresses are unique whatever their case, and another run may create the user meanwhile. */
async function ensureUser(email: string): Promise<User> {
  const existing = await User.findOne({ where: where(fn("lower", col("email")), email) });
  if (existing !== null) return existing;
  const [user] = await User.findOrCreate({ where: { email }, defaults: { email } });
  return user;
}

/** @throws SetupError when there is no such user */
export async function findOwner(choice: OwnerChoice): Promise<Owner> {
  if (choice.kind === "system") return SYSTEM;
  const user = await User.findByPk(choice.id);
  if (user === null) {
    throw new SetupError(
      `There is no user ${choice.id}. Create the user first, or take --owner system.`,
    );
  }
  return { id: user.id, name: user.email };
}
