import { describe, expect, it } from "@jest/globals";
import {
  DatabaseUnavailableError,
  EmptyFileError,
  FileTooLargeError,
  InvalidInputError,
  InvalidMediaError,
  SourceFailedError,
  StorageUnavailableError,
  UnsupportedMediaTypeError,
} from "@repo/object-store";
import { ConnectionRefusedError, DatabaseError } from "sequelize";

import { ProofError } from "../src/importing/prove.js";
import { refusalOf } from "../src/importing/refusal.js";

describe("what an error says about a file", () => {
  it.each([
    new EmptyFileError("empty"),
    new FileTooLargeError(10),
    new UnsupportedMediaTypeError("text"),
    new InvalidMediaError("broken"),
    new InvalidInputError("odd"),
  ])("rejects the file for $code", (error) => {
    expect(refusalOf(error)).toEqual({
      event: "rejected",
      code: error.code,
      message: error.message,
    });
  });

  it.each([
    [new StorageUnavailableError("no S3"), "storage_unavailable"],
    [new DatabaseUnavailableError("no PostgreSQL"), "database_unavailable"],
    [new SourceFailedError("broke off"), "source_failed"],
    [new ProofError("hash_mismatch", "other bytes"), "hash_mismatch"],
    [new ConnectionRefusedError(new Error("refused")), "database_unavailable"],
    [new DatabaseError(Object.assign(new Error("no"), { sql: "SELECT" })), "database_error"],
    [Object.assign(new Error("denied"), { syscall: "open" }), "unreadable_file"],
    [new TypeError("a defect"), "unexpected_error"],
  ])("fails for %s", (error, code) => {
    expect(refusalOf(error)).toMatchObject({ event: "failed", code });
  });

  it("tells the reason below a fault of the store", () => {
    const error = new SourceFailedError("The body failed.", { cause: new Error("EACCES") });
    expect(refusalOf(error).message).toBe("The body failed. EACCES");
  });
});
