import { describe, expect, it } from "@jest/globals";

import { databaseFailure } from "../../src/repo/database-failure.js";

function failure(name: string, parent: { code?: string; routine?: string; message?: string }) {
  const { message = "in the server's language", ...facts } = parent;
  // What the server answers has a severity, what Node and pg say has not.
  const isAnswer = /^[0-9]/.test(facts.code ?? "");
  const origin = Object.assign(new Error(message), facts, isAnswer && { severity: "ERROR" });
  return Object.assign(new Error(message), { name, parent: origin });
}

const of = (name: string, parent: Parameters<typeof failure>[1]) =>
  databaseFailure("store the file", failure(name, parent));

describe("a failure of PostgreSQL", () => {
  it.each([
    ["40001", "another transaction changed the same rows"],
    ["40P01", "deadlock"],
    ["25006", "read-only"],
    ["26000", "its prepared statement was dropped"],
    ["53300", "short of connections"],
    ["55P03", "a lock was not free"],
    ["57014", "it took too long"],
    ["57P01", "stopping or starting"],
    ["08006", "was lost"],
  ])("with SQLSTATE %s is retryable and says what happened", (code, reason) => {
    const error = of("SequelizeDatabaseError", { code });
    expect(error).toMatchObject({ code: "database_unavailable", retryable: true });
    expect(String(error)).toContain(reason);
  });

  it("of a plan that a migration made stale is retryable, other things it cannot do are not", () => {
    const routine = "RevalidateCachedQuery";
    const stale = of("SequelizeDatabaseError", { code: "0A000", routine });
    expect(stale).toMatchObject({ code: "database_unavailable", retryable: true });
    const other = of("SequelizeDatabaseError", { code: "0A000", routine: "other" });
    expect(other).toMatchObject({ code: "database_error", retryable: false });
  });

  it.each(["28P01", "28000", "3D000", "23505", "22P02"])(
    "with SQLSTATE %s is not, whatever class Sequelize gives it",
    (code) => {
      for (const name of ["SequelizeConnectionError", "SequelizeDatabaseError"]) {
        const error = of(name, { code });
        expect(error).toMatchObject({ code: "database_error", retryable: false });
        expect(String(error)).toBe(
          `DatabaseError: PostgreSQL refused to store the file (${code}).`,
        );
      }
    },
  );

  it("of a privilege that the role lacks says what to grant", () => {
    const error = of("SequelizeDatabaseError", { code: "42501" });
    expect(error).toMatchObject({ code: "database_error", retryable: false });
    expect(String(error)).toContain("the role lacks a privilege: grant it SELECT");
  });

  it("says that an earlier statement of the transaction failed, where one did", () => {
    const error = of("SequelizeDatabaseError", { code: "25P02" });
    expect(error).toMatchObject({ code: "database_error", retryable: false });
    expect(String(error)).toContain("an earlier statement of the transaction failed");
  });

  it("says that the pool is exhausted where it is, and blames no server", () => {
    const error = of("SequelizeConnectionAcquireTimeoutError", {});
    expect(error).toMatchObject({ code: "database_unavailable", retryable: true });
    expect(String(error)).toMatch(/no connection of the pool was free/);
  });

  it("to be reached at all is retryable", () => {
    const errors = [
      of("SequelizeConnectionRefusedError", { code: "ECONNREFUSED" }),
      of("SequelizeHostNotFoundError", { code: "ENOTFOUND" }),
      of("SequelizeDatabaseError", { message: "Connection terminated unexpectedly" }),
    ];
    for (const error of errors) {
      expect(error).toMatchObject({ code: "database_unavailable", retryable: true });
    }
  });
});
