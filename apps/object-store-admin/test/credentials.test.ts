import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type LocalS3, startLocalS3 } from "@repo/local-s3";
import { type LocalServices, startLocalServices } from "@repo/local-services";
import { S3Provider } from "@repo/s3-provider";

import { PROGRAM, runFile, runProgram } from "./support/program.js";
import { refusingProxy } from "./support/refusing-proxy.js";

const SESSION_TOKEN = "FwoGZXIvYXdzE/+=";
const KEYS = { accessKeyId: "TEMPORARY", secretAccessKey: "temporary/secret" };
const REGION = "eu-central-1";

let folder: string;
let services: LocalServices;
/** Takes only keys with a session token, and only in its region. */
let s3: LocalS3;
/** What every run has: nothing of S3's keys. */
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "object-store-admin-credentials-"));
  services = await startLocalServices({ dataDir: join(folder, "services"), durable: false });
  s3 = await startLocalS3({
    dataDir: join(folder, "s3"),
    ...KEYS,
    sessionToken: SESSION_TOKEN,
    region: REGION,
    buckets: ["media"],
    durable: false,
  });
  environment = {
    DATABASE_URL: services.databaseUrl,
    S3_ENDPOINT: s3.endpoint,
    S3_REGION: REGION,
    S3_BUCKET: "media",
    HOME: join(folder, "empty home"),
    // Nothing of the machine that runs the test.
    AWS_EC2_METADATA_DISABLED: "true",
  };
  expect(await runProgram(environment, "migrate", "up")).toMatchObject({ code: 0 });
  const provider = new S3Provider({
    bucket: "media",
    client: {
      endpoint: s3.endpoint,
      region: REGION,
      credentials: { ...KEYS, sessionToken: SESSION_TOKEN },
      forcePathStyle: true,
    },
  });
  const body = Buffer.from("no row");
  await provider.put({
    key: "images/system/0190f0f0-0000-7000-8000-000000000001.png",
    body,
    byteLength: body.length,
    contentType: "image/png",
  });
  provider.destroy();
});

afterAll(async () => {
  await s3.close();
  await services.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A home with a profile in the AWS SDK's files. */
async function homeWithProfile(name: string): Promise<string> {
  const home = join(folder, `home of ${name}`);
  await mkdir(join(home, ".aws"), { recursive: true });
  await writeFile(join(home, ".aws", "config"), `[profile ${name}]\nregion = ${REGION}\n`);
  await writeFile(
    join(home, ".aws", "credentials"),
    `[${name}]\naws_access_key_id = ${KEYS.accessKeyId}\n` +
      `aws_secret_access_key = ${KEYS.secretAccessKey}\naws_session_token = ${SESSION_TOKEN}\n`,
  );
  return home;
}

/** Reads the bucket, where there is one object too young to tell. */
const READ = { code: 0, stderr: "", stdout: expect.stringContaining("1 too young to tell") };

describe("the credentials of the program", () => {
  it("are keys with a session token", async () => {
    const keys = { S3_ACCESS_KEY_ID: KEYS.accessKeyId, S3_SECRET_ACCESS_KEY: KEYS.secretAccessKey };
    const token = { S3_SESSION_TOKEN: SESSION_TOKEN };
    expect(await runProgram({ ...environment, ...keys, ...token }, "audit")).toMatchObject(READ);
    expect(await runProgram({ ...environment, ...keys }, "audit")).toMatchObject({ code: 1 });
    expect(await runProgram({ ...environment, ...token }, "audit")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        "S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY are not set in the environment.",
      ),
    });
  });

  it("are those of the AWS SDK's variables", async () => {
    const variables = {
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
      AWS_SESSION_TOKEN: SESSION_TOKEN,
    };
    expect(await runProgram({ ...environment, ...variables }, "audit")).toMatchObject(READ);
  });

  it("are those of a profile", async () => {
    const profile = { HOME: await homeWithProfile("media"), AWS_PROFILE: "media" };
    expect(await runProgram({ ...environment, ...profile }, "audit")).toMatchObject(READ);
  });

  it("are explained when there are none", async () => {
    const { code, stderr } = await runProgram(environment, "audit");
    expect(code).toBe(1);
    expect(stderr).toContain("Could not load credentials from any providers");
    expect(stderr).toContain("Set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or what the AWS SDK");
  });
});

describe("without an endpoint", () => {
  it.each([
    ["S3_REGION", { S3_REGION: "eu-west-3", AWS_REGION: "eu-south-2" }, "eu-west-3"],
    ["AWS_REGION", { S3_REGION: "", AWS_REGION: "eu-south-2" }, "eu-south-2"],
    ["the profile", { S3_REGION: "", AWS_PROFILE: "media" }, REGION],
  ])("asks Amazon S3 in the region of %s", async (_source, region, expected) => {
    const variables = {
      ...environment,
      ...region,
      HOME: await homeWithProfile("media"),
      S3_ENDPOINT: "",
      S3_ACCESS_KEY_ID: KEYS.accessKeyId,
      S3_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    };
    const proxy = await refusingProxy();
    const { code } = await runProgram({ ...variables, S3_PROXY: proxy.url }, "audit");
    await proxy.close();
    expect(code).toBe(1);
    expect([...new Set(proxy.hosts)]).toEqual([`media.s3.${expected}.amazonaws.com:443`]);
  });
});

describe("a line of a crontab", () => {
  it("works from another folder, with nothing but PATH and HOME, through a link", async () => {
    const bin = join(folder, "node_modules", ".bin");
    await mkdir(bin, { recursive: true });
    await symlink(PROGRAM, join(bin, "object-store-admin"));
    const file = join(folder, "object-store.env");
    const lines = Object.entries({ ...environment, AWS_PROFILE: "media" })
      .filter(([name]) => name !== "HOME")
      .map(([name, value]) => `${name}=${value}\n`);
    await writeFile(file, `# Variables\n${lines.join("")}`);
    await chmod(file, 0o600);

    const { stdout: help } = await runProgram({}, "--help");
    const [line = ""] = /^.* audit --quiet --env .*$/m.exec(help) ?? [];
    const command = line
      .replace(/^ *(?:\S+ +){5}/, "")
      .replace("/srv/app/node_modules/.bin", bin)
      .replace("/etc/object-store.env", file);
    const env = {
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: await homeWithProfile("media"),
    };
    const shell = (text: string) => runFile("/bin/sh", ["-c", text], { env, cwd: "/" });
    expect(await shell(command)).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const { stdout } = await shell(command.replace("--quiet", "--json"));
    expect(JSON.parse(stdout)).toMatchObject({ event: "report", tooYoung: 1, orphans: 0 });
  });
});
