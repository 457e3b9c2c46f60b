import { randomUUID } from "node:crypto";

import { beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { injectFaults, memoryObjectStore, MemoryStorage } from "@repo/object-store/testing";

import { AvatarService } from "../src/avatar-service.js";
import { MemoryAvatarRepo } from "./support/memory-avatar-repo.js";
import { picture } from "./support/pictures.js";

const userId = randomUUID();

let red: Buffer;
let blue: Buffer;
let storage: MemoryStorage;
let faults: ReturnType<typeof injectFaults>["faults"];
let memory: ReturnType<typeof memoryObjectStore>;
let avatars: AvatarService;

beforeAll(async () => {
  red = await picture(40, 30, "#c00");
  blue = await picture(20, 10, "#00c");
});

beforeEach(() => {
  storage = new MemoryStorage();
  const faulty = injectFaults(storage);
  faults = faulty.faults;
  memory = memoryObjectStore({ s3: faulty.storage });
  avatars = new AvatarService(memory.store, new MemoryAvatarRepo());
});

const set = (body: Buffer): ReturnType<AvatarService["set"]> =>
  memory.transaction((transaction) => avatars.set(userId, body, { transaction }));

const remove = (): Promise<boolean> =>
  memory.transaction((transaction) => avatars.remove(userId, { transaction }));

describe("an avatar", () => {
  it("is missing at first", async () => {
    expect(await avatars.get(userId)).toBeNull();
    expect(await remove()).toBe(false);
  });

  it("is what was set, with its size and a URL", async () => {
    const avatar = await set(red);
    expect(avatar).toMatchObject({ width: 40, height: 30 });
    expect(await avatars.get(userId)).toMatchObject({ fileId: avatar.fileId, width: 40 });
    expect(storage.keys).toHaveLength(1);
  });

  it("takes the place of the one before, whose image goes", async () => {
    const first = await set(red);
    const second = await set(blue);
    expect(await avatars.get(userId)).toMatchObject({ fileId: second.fileId, width: 20 });
    expect(await memory.store.forUser(userId).images.exists(first.fileId)).toBe(false);
    expect(storage.keys).toHaveLength(1);
  });

  it("is taken away with its image", async () => {
    await set(red);
    expect(await remove()).toBe(true);
    expect(await avatars.get(userId)).toBeNull();
    expect(storage.keys).toEqual([]);
  });

  it("stays the one before when the new one is no image", async () => {
    const { fileId } = await set(red);
    await expect(set(Buffer.from("no image"))).rejects.toMatchObject({
      code: "unsupported_media_type",
    });
    expect(await avatars.get(userId)).toMatchObject({ fileId });
  });

  it("stays the one before when S3 fails", async () => {
    const { fileId } = await set(red);
    faults.add({ match: "put", times: 1, fault: { type: "error" } });
    await expect(set(blue)).rejects.toMatchObject({ code: "storage_unavailable", retryable: true });
    expect(await avatars.get(userId)).toMatchObject({ fileId });
    expect(storage.keys).toHaveLength(1);
  });

  it("can be set although the image before was deleted elsewhere", async () => {
    const { fileId } = await set(red);
    await memory.store.forUser(userId).images.delete(fileId);
    expect(await avatars.get(userId)).toBeNull();
    const { fileId: next } = await set(blue);
    expect(await avatars.get(userId)).toMatchObject({ fileId: next });
  });
});
