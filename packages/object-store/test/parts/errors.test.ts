import { inspect } from "node:util";

import { describe, expect, it } from "@jest/globals";
import { ProcessingUnavailableError } from "@repo/media-processing";
import { S3UnavailableError } from "@repo/s3-provider";

import { FileNotFoundError, ResourceUnavailableError, StorageError } from "../../src/errors.js";
import { httpStatusOf } from "../../src/http-status.js";
import { processingFailure, shortage, startFailure } from "../../src/machine-failure.js";

function failure(code: string, message = "a message"): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}

describe("an error under util.inspect", () => {
  it("shows its own message, code and stack, and of its causes the names and codes alone", () => {
    const cause = failure("ECONNRESET", "https://s3.test/images/users/me?X-Amz-Signature=abc");
    const s3 = new S3UnavailableError({
      operation: "put",
      reason: "the connection broke",
      outcome: "unknown",
      key: "images/users/me/1.png",
      cause,
    });
    const error = new StorageError("S3 refused to store the file.", { cause: s3 });
    const text = inspect(error);
    expect(text).toMatch(/^StorageError: S3 refused to store the file\.\n +at /);
    expect(text).toContain("code: 'storage_error'");
    expect(text).toContain("S3UnavailableError s3_unavailable < Error ECONNRESET");
    for (const each of [error, s3, { nested: [error] }, new AggregateError([s3])]) {
      expect(inspect(each, { depth: 9, showHidden: true })).not.toMatch(/images\/users|Signature/);
    }
    // As Node prints what nobody caught: the key is not among the facts of the error.
    expect(inspect(s3, { customInspect: false })).not.toContain("images/users/me/1.png");
  });

  it("ends with causes that go round in circles", () => {
    const cause = new Error("round");
    cause.cause = cause;
    expect(inspect(new StorageError("S3 refused.", { cause })).length).toBeLessThan(3000);
  });

  it("shows an id that was asked for, cut short", () => {
    expect(inspect(new FileNotFoundError("x".repeat(10_000))).length).toBeLessThan(3000);
  });
});

describe("the HTTP status of an error", () => {
  it("is the client's where the client can mend it, and the server's for all else", () => {
    const retryable = { cause: failure("ENOSPC"), retryable: true };
    const final = { cause: failure("ENOENT"), retryable: false };
    expect(httpStatusOf(new FileNotFoundError("x"))).toBe(404);
    expect(httpStatusOf(new ResourceUnavailableError("disk space", retryable))).toBe(503);
    expect(httpStatusOf(new ResourceUnavailableError("processes", final))).toBe(500);
    expect(httpStatusOf(new StorageError("S3 refused."))).toBe(500);
    expect(httpStatusOf(failure("ECONNRESET"))).toBe(500);
    expect(httpStatusOf(undefined)).toBe(500);
  });
});

describe("a failure of the machine", () => {
  it.each([
    ["EMFILE", "file descriptors"],
    ["ENFILE", "file descriptors"],
    ["ENOMEM", "memory"],
    ["ENOSPC", "disk space"],
    ["EDQUOT", "disk space"],
  ])("%s is a shortage of %s, which passes by itself", (code, resource) => {
    const wrapped = new Error("a library's", { cause: failure(code) });
    const sequelizes = Object.assign(new Error("Sequelize's"), { parent: failure(code) });
    for (const each of [failure(code), wrapped, sequelizes]) {
      expect(shortage(each)).toMatchObject({ resource, retryable: true, cause: each });
    }
  });

  it("is none where a file is missing or a server is away", () => {
    for (const code of ["ENOENT", "EACCES", "ECONNREFUSED", "EAGAIN", "EIO", "constructor"]) {
      expect(shortage(failure(code))).toBeUndefined();
    }
    expect(shortage(undefined)).toBeUndefined();
  });

  it.each(["EROFS", "EACCES", "EPERM", "ENOENT", "ENOTDIR"])(
    "%s of a temporary file has to be mended by somebody",
    (code) => {
      const error = processingFailure(
        new ProcessingUnavailableError("temporary file", failure(code)),
      );
      expect(error).toBeInstanceOf(ResourceUnavailableError);
      expect(error).toMatchObject({ resource: "temporary folder", retryable: false });
    },
  );

  it("that keeps a process from starting passes, unless its program is missing", () => {
    expect(startFailure(failure("EAGAIN"))).toMatchObject({
      resource: "processes",
      retryable: true,
    });
    expect(startFailure(failure("ENOMEM"))).toMatchObject({ resource: "memory", retryable: true });
    for (const code of ["ENOENT", "EACCES", "ERR_MODULE_NOT_FOUND"]) {
      expect(startFailure(failure(code))).toMatchObject({ retryable: false });
    }
  });
});
