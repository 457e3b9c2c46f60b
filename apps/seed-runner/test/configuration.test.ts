import { describe, expect, it } from "@jest/globals";

import { UsageError } from "@repo/command-line/usage-error";
import { readConfiguration } from "../src/configuration.js";

const COMPLETE = {
  DATABASE_URL: "postgres://me:secret@db.example.com/app",
  S3_ENDPOINT: "https://s3.example.com",
  S3_BUCKET: "media",
  S3_ACCESS_KEY_ID: "key",
  S3_SECRET_ACCESS_KEY: "hush",
};

describe("the environment", () => {
  it("asks for the embedded services when nothing is set, or nothing but emptiness", () => {
    expect(readConfiguration({ PATH: "/bin" })).toEqual({ kind: "embedded" });
    expect(readConfiguration({ DATABASE_URL: "", S3_REGION: "" })).toEqual({ kind: "embedded" });
  });

  it("names the caller's own services, with defaults for region and path style", () => {
    expect(readConfiguration(COMPLETE)).toEqual({
      kind: "external",
      databaseUrl: COMPLETE.DATABASE_URL,
      s3: {
        endpoint: COMPLETE.S3_ENDPOINT,
        region: "us-east-1",
        bucket: "media",
        accessKeyId: "key",
        secretAccessKey: "hush",
        forcePathStyle: true,
      },
    });
  });

  it.each([
    ["true", true],
    ["1", true],
    ["false", false],
    ["0", false],
  ])("reads S3_FORCE_PATH_STYLE=%s as %p", (value, forcePathStyle) => {
    const configuration = readConfiguration({
      ...COMPLETE,
      S3_REGION: "eu-central-1",
      S3_FORCE_PATH_STYLE: value,
    });
    expect(configuration).toMatchObject({ s3: { region: "eu-central-1", forcePathStyle } });
  });

  it("refuses half a configuration and names what is missing", () => {
    expect(() => readConfiguration({ DATABASE_URL: COMPLETE.DATABASE_URL })).toThrow(
      /DATABASE_URL is set, but S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY are not/,
    );
    expect(() => readConfiguration({ ...COMPLETE, DATABASE_URL: undefined })).toThrow(
      /S3_SECRET_ACCESS_KEY are set, but DATABASE_URL is not/,
    );
    expect(() => readConfiguration({ S3_REGION: "eu" })).toThrow(UsageError);
  });

  it.each([
    ["DATABASE_URL", "mysql://me:secret@host/app"],
    ["DATABASE_URL", "secret"],
    ["S3_ENDPOINT", "s3.example.com"],
    ["S3_FORCE_PATH_STYLE", "secret"],
  ])("refuses a wrong %s without repeating its value", (name, value) => {
    const read = (): unknown => readConfiguration({ ...COMPLETE, [name]: value });
    expect(read).toThrow(UsageError);
    expect(read).toThrow(new RegExp(`^${name} must be`));
    expect(read).not.toThrow(/secret/);
  });
});
