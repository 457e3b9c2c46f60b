import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { QueryTypes } from "sequelize";

import type { MediaScope } from "../../src/index.js";
import { expectNothingChanged } from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { poolerOf, services } from "../support/services.js";
import { expireUnfinished } from "../support/unfinished.js";

const CHILD = fileURLToPath(new URL("../fixtures/making-variants.mjs", import.meta.url));
const RECIPE = { width: 16, height: 16, format: "webp" } as const;
const CALLS = 10;

/** A step of the making: before a request to S3, or after it. */
type Step = "get" | "put" | "after put";

interface Line {
  at: "ready" | "asked" | "stopped" | "done";
  answers: Record<string, unknown>[];
  requests: { get: number; put: number };
}

/** A process that makes variants, and what it has said so far. */
class Maker {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #lines = new Map<Line["at"], (line: Line) => void>();
  readonly #said = {
    ready: this.#line("ready"),
    asked: this.#line("asked"),
    stopped: this.#line("stopped"),
    done: this.#line("done"),
  };

  constructor(task: object) {
    const args = ["--no-warnings", CHILD, JSON.stringify(task)];
    const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    createInterface(child.stdout).on("line", (text) => {
      const line = JSON.parse(text) as Line;
      this.#lines.get(line.at)?.(line);
    });
    this.#child = child;
    this.#closed = once(child, "close");
  }

  async said(at: Line["at"]): Promise<Line> {
    const ended = this.#closed.then(() => {
      throw new Error(`the process ended before it said ${at}`);
    });
    return Promise.race([this.#said[at], ended]);
  }

  /** Lets it start, or go on. */
  goOn(): void {
    this.#child.stdin?.write("\n");
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
  }

  #line(at: Line["at"]): Promise<Line> {
    return new Promise((resolve) => this.#lines.set(at, resolve));
  }
}

let harness: Harness;
let userId: string;
let scope: MediaScope;
let makers: Maker[];

beforeAll(async () => {
  harness = await openHarness({ variants: { thumb: RECIPE } });
});

beforeEach(async () => {
  userId = await harness.addUser();
  scope = harness.store.forUser(userId);
  makers = [];
});

afterEach(() => Promise.all(makers.map((maker) => maker.kill())));
afterAll(() => harness.close());

/** Starts processes that ask for the thumb of a file at once, and gives the one that makes it. */
async function ask(fileId: string, processes: number, stopAt: Step): Promise<Maker> {
  const { endpoint, region, accessKeyId, secretAccessKey } = services().s3;
  const task = {
    databaseUrl: harness.databaseUrl,
    pooler: poolerOf(),
    s3: {
      bucket: harness.s3.bucket,
      client: {
        endpoint,
        region,
        credentials: { accessKeyId, secretAccessKey },
        forcePathStyle: true,
      },
    },
    ...{ userId, fileId, recipe: RECIPE, calls: CALLS, stopAt },
  };
  makers = Array.from({ length: processes }, () => new Maker(task));
  await Promise.all(makers.map((maker) => maker.said("ready")));
  for (const maker of makers) maker.goOn();
  await Promise.all(makers.map((maker) => maker.said("asked")));
  return Promise.race(makers.map((maker) => maker.said("stopped").then(() => maker)));
}

/** What all processes got. */
async function answers(): Promise<Record<string, unknown>[]> {
  const lines = await Promise.all(makers.map((maker) => maker.said("done")));
  return lines.flatMap((line) => line.answers);
}

async function upload(): Promise<string> {
  return (await uploadSample(scope, await sampleOf("png"))).file.id;
}

async function variantKeys(): Promise<string[]> {
  return (await harness.keys()).filter((key) => key.startsWith(`variants/users/${userId}/`));
}

describe("thirty calls in three processes for the same missing variant", () => {
  it("are answered by one object, which one of them makes", async () => {
    const fileId = await upload();
    (await ask(fileId, 3, "get")).goOn();
    const given = await answers();
    const [key = "", ...others] = await variantKeys();
    expect(others).toEqual([]);
    const answer = { fileId, variant: "thumb", width: 16, height: 16 };
    const pathname = expect.stringMatching(new RegExp(`/${key}$`)) as unknown;
    expect(given).toEqual(Array(3 * CALLS).fill(expect.objectContaining({ ...answer, pathname })));
    const lines = await Promise.all(makers.map((maker) => maker.said("done")));
    const total = (name: "get" | "put"): number =>
      lines.reduce((sum, { requests }) => sum + requests[name], 0);
    expect([total("get"), total("put")]).toEqual([1, 1]);
  });

  it.each<[Step, number, string]>([
    ["get", 3, "before its bytes are read"],
    ["put", 2, "before the variant is stored"],
    ["after put", 2, "after the variant was stored"],
  ])("leave nothing when the file is deleted (%s, %i processes) %s", async (step, processes) => {
    await expectNothingChanged(harness, async () => {
      const fileId = await upload();
      const maker = await ask(fileId, processes, step);
      await scope.images.delete(fileId);
      maker.goOn();
      const given = await answers();
      expect(given).toEqual(Array(processes * CALLS).fill({ code: "file_not_found" }));
      expect(await variantKeys()).toEqual([]);
      // Also what a request may still store that S3 did not answer.
      await expireUnfinished(harness.database);
      await harness.maintenance.sweep();
    });
  });
});

describe("a process that is killed while it makes a variant", () => {
  it.each<Step>(["get", "put", "after put"])(
    "(%s) is followed by another one once its lease is over",
    async (step) => {
      const fileId = await upload();
      const maker = await ask(fileId, 1, step);
      await maker.kill();
      const waiting = scope.images.variant(fileId, "thumb");
      await expireUnfinished(harness.database);
      expect(await waiting).toMatchObject({ fileId, width: 16 });

      await expireUnfinished(harness.database);
      await harness.maintenance.sweep();
      expect(await variantKeys()).toHaveLength(1);
      const unfinished = await harness.database.query("SELECT FROM object_store_journal", {
        type: QueryTypes.SELECT,
      });
      expect(unfinished).toEqual([]);
    },
  );
});
