import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import type { MediaScope } from "../../src/index.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";

let harness: Harness;
let alice: MediaScope;
let bob: MediaScope;
let system: MediaScope;

beforeAll(async () => {
  harness = await openHarness();
  alice = harness.store.forUser(await harness.addUser());
  bob = harness.store.forUser(await harness.addUser());
  system = harness.store.forSystem();
});

afterAll(async () => {
  await harness.close();
});

describe.each(["images", "audio"] as const)("authorization of %s", (kind) => {
  const format = kind === "images" ? "png" : "flac";

  async function fileOf(scope: MediaScope): Promise<string> {
    return (await uploadSample(scope, await sampleOf(format))).file.id;
  }

  it("hides another user's file from every call", async () => {
    const id = await fileOf(alice);
    const notFound = { code: "file_not_found" };

    await expect(bob[kind].get(id)).rejects.toMatchObject(notFound);
    await expect(bob[kind].url(id)).rejects.toMatchObject(notFound);
    await expect(bob[kind].download(id)).rejects.toMatchObject(notFound);
    await expect(bob[kind].delete(id)).rejects.toMatchObject(notFound);
    await expect(bob.audio.setTranscript(id, "mine")).rejects.toMatchObject(notFound);
    expect(await bob[kind].exists(id)).toBe(false);
    expect((await bob[kind].urls([id])).size).toBe(0);
    expect((await bob[kind].list()).items).toEqual([]);
    expect((await bob.list()).items).toEqual([]);

    expect((await alice[kind].get(id)).id).toBe(id);
  });

  it("hides users' files from the system's scope", async () => {
    const id = await fileOf(alice);
    await expect(system[kind].get(id)).rejects.toMatchObject({ code: "file_not_found" });
    await expect(system[kind].delete(id)).rejects.toMatchObject({ code: "file_not_found" });
    expect((await system[kind].list()).items.map((file) => file.id)).not.toContain(id);
  });

  it("lets a user read a system-wide file but neither change nor list it", async () => {
    const id = await fileOf(system);

    expect((await alice[kind].get(id)).userId).toBeNull();
    expect(await alice[kind].exists(id)).toBe(true);
    const { url } = await alice[kind].url(id);
    expect((await fetch(url)).status).toBe(200);
    const { stream } = await alice[kind].download(id);
    stream.destroy();

    await expect(alice[kind].delete(id)).rejects.toMatchObject({ code: "access_denied" });
    expect((await alice[kind].list()).items.map((file) => file.id)).not.toContain(id);
    expect((await system[kind].get(id)).id).toBe(id);
  });

  it("answers the same for a file of another user, a deleted one and one that never was", async () => {
    const foreign = await fileOf(alice);
    const deleted = await fileOf(bob);
    await bob[kind].delete(deleted);

    for (const id of [foreign, deleted, "01890000-0000-7000-8000-000000000000", "nonsense", ""]) {
      await expect(bob[kind].get(id)).rejects.toMatchObject({ code: "file_not_found" });
      await expect(bob[kind].delete(id)).rejects.toMatchObject({ code: "file_not_found" });
    }
  });
});

it("denies a user the transcript of a system-wide file", async () => {
  const { file } = await uploadSample(system, await sampleOf("mp3"));
  await expect(alice.audio.setTranscript(file.id, "ours")).rejects.toMatchObject({
    code: "access_denied",
  });
});

it("refuses a user id that is no UUID", () => {
  expect(() => harness.store.forUser("alice")).toThrow(
    expect.objectContaining({ code: "invalid_input" }),
  );
});
