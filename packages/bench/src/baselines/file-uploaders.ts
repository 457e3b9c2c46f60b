import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";

import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { Disk } from "flydrive";
import { S3Driver } from "flydrive/drivers/s3";

import { connectionOf } from "../services/s3-connection.js";
import { type S3Address, s3Address } from "../services/service-addresses.js";
import type { OpenUploader, Stored } from "../subjects/uploader.js";
import { sdkClient, sdkClientWithoutChecksums } from "./sdk-client.js";

/** The SDK's managed upload of a stream, and nothing else: no type, no hash, no row. */
export const libStorage = managedUpload(sdkClient);

export const libStorageWithoutChecksums = managedUpload(sdkClientWithoutChecksums);

function managedUpload(makeClient: (address: S3Address) => S3Client): OpenUploader {
  return (services, s3Name) => {
    const address = s3Address(services, s3Name);
    const client = makeClient(address);
    return Promise.resolve({
      async upload({ path }) {
        const key = randomUUID();
        const params = { Bucket: address.bucket, Key: key, Body: createReadStream(path) };
        await new Upload({ client, params }).done();
        return storedUnder(key);
      },
      close: () => {
        client.destroy();
        return Promise.resolve();
      },
    });
  };
}

/** One PutObject of a stream whose length is told: the cheapest that the SDK has. */
export const putWithoutChecksums: OpenUploader = (services, s3Name) => {
  const address = s3Address(services, s3Name);
  const client = sdkClientWithoutChecksums(address);
  return Promise.resolve({
    async upload({ path, byteSize }) {
      const key = randomUUID();
      await client.send(
        new PutObjectCommand({
          Bucket: address.bucket,
          Key: key,
          Body: createReadStream(path),
          ContentLength: byteSize,
        }),
      );
      return storedUnder(key);
    },
    close: () => {
      client.destroy();
      return Promise.resolve();
    },
  });
};

/** flydrive's `putStream` of a stream whose length is told. */
export const flydrive: OpenUploader = (services, s3Name) => {
  const address = s3Address(services, s3Name);
  const disk = new Disk(
    new S3Driver({
      ...connectionOf(address),
      bucket: address.bucket,
      visibility: "private",
      supportsACL: false,
    }),
  );
  return Promise.resolve({
    async upload({ path, byteSize }) {
      const key = randomUUID();
      await disk.putStream(key, createReadStream(path), { contentLength: byteSize });
      return storedUnder(key);
    },
    close: () => Promise.resolve(),
  });
};

function storedUnder(key: string): Stored {
  return { key: () => Promise.resolve(key) };
}
