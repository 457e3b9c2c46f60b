import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { send } from "./support/http.js";
import { hmac, signingContext } from "./support/signer.js";
import { BUCKET, CREDENTIALS, startTestServer, type TestServer } from "./support/test-server.js";

const MINUTE = 60_000;

describe("an upload by an HTML form", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());

  interface FormOptions {
    readonly fields?: Readonly<Record<string, string>>;
    readonly conditions?: readonly unknown[];
    readonly content?: string;
    readonly expires?: number;
    readonly secretAccessKey?: string;
    readonly change?: (form: FormData) => void;
  }

  async function submit(options: FormOptions = {}) {
    const { secretAccessKey = CREDENTIALS.secretAccessKey } = options;
    const { timestamp, scope, key } = signingContext({ secretAccessKey });
    const fields = {
      key: "form/${filename}",
      "x-amz-algorithm": "AWS4-HMAC-SHA256",
      "x-amz-credential": `${CREDENTIALS.accessKeyId}/${scope}`,
      "x-amz-date": timestamp,
      ...options.fields,
    };
    const conditions = [
      { bucket: BUCKET },
      ["starts-with", "$key", "form/"],
      ["eq", "$x-amz-algorithm", "AWS4-HMAC-SHA256"],
      { "x-amz-credential": fields["x-amz-credential"] },
      { "x-amz-date": timestamp },
      ...(options.conditions ?? []),
    ];
    const expiration = new Date(Date.now() + (options.expires ?? 5 * MINUTE)).toISOString();
    const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString("base64");
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set("policy", policy);
    form.set("x-amz-signature", hmac(key, policy).toString("hex"));
    form.set("file", new File([options.content ?? "from a form"], "ü file.txt"));
    options.change?.(form);
    const response = await fetch(`${server.endpoint}/${BUCKET}`, {
      method: "POST",
      body: form,
      redirect: "manual",
    });
    const text = await response.text();
    return { response, text, status: response.status, code: /<Code>(\w+)</.exec(text)?.[1] };
  }

  const read = (key: string) =>
    send(server, {
      method: "GET",
      path: `/${BUCKET}/${encodeURIComponent(key).replaceAll("%2F", "/")}`,
    });

  it("stores the file under the key that it names, with its name filled in", async () => {
    const { status, response } = await submit();
    expect(status).toBe(204);
    expect(response.headers.get("etag")).toMatch(/^"[0-9a-f]{32}"$/);
    expect((await read("form/ü file.txt")).text).toBe("from a form");
  });

  it("stores headers and metadata that the policy allows", async () => {
    const { status } = await submit({
      fields: { key: "form/meta", "Content-Type": "image/png", "x-amz-meta-a": "b" },
      conditions: [["starts-with", "$Content-Type", "image/"], { "x-amz-meta-a": "b" }],
    });
    expect(status).toBe(204);
    expect((await read("form/meta")).headers).toMatchObject({
      "content-type": "image/png",
      "x-amz-meta-a": "b",
    });
  });

  it("takes a file of several megabytes with line breaks and dashes in it", async () => {
    const content = "\r\n--not the boundary\r\n-".repeat(200_000);
    await submit({ fields: { key: "form/large" }, content });
    expect((await read("form/large")).text).toBe(content);
  });

  it("answers as it is asked to", async () => {
    const created = await submit({
      fields: { key: "form/a&b", success_action_status: "201" },
      conditions: [{ success_action_status: "201" }],
    });
    expect(created.status).toBe(201);
    expect(created.text).toContain("<PostResponse>");
    expect(created.text).toContain(`<Bucket>${BUCKET}</Bucket>`);
    const target = "https://app.example/done?x=1";
    const redirected = await submit({
      fields: { key: "form/redirect", success_action_redirect: target },
      conditions: [["eq", "$success_action_redirect", target]],
    });
    expect(redirected.status).toBe(303);
    const location = new URL(redirected.response.headers.get("location") ?? "");
    expect(location.searchParams.get("key")).toBe("form/redirect");
    expect(location.searchParams.get("x")).toBe("1");
  });

  it.each<[string, FormOptions, number, string]>([
    ["another secret", { secretAccessKey: "guessed" }, 403, "SignatureDoesNotMatch"],
    ["an expired policy", { expires: -MINUTE }, 403, "AccessDenied"],
    ["a key outside the policy", { fields: { key: "other/key" } }, 403, "AccessDenied"],
    ["a field outside the policy", { fields: { "x-amz-meta-b": "c" } }, 403, "AccessDenied"],
    [
      "a file that is too large",
      { conditions: [["content-length-range", 1, 5]] },
      400,
      "EntityTooLarge",
    ],
    [
      "a file that is too small",
      { conditions: [["content-length-range", 100, 200]] },
      400,
      "EntityTooSmall",
    ],
    [
      "a condition that no one knows",
      { conditions: [["matches", "$key", ".*"]] },
      400,
      "InvalidPolicyDocument",
    ],
    [
      "an acl",
      { fields: { acl: "public-read" }, conditions: [{ acl: "public-read" }] },
      501,
      "NotImplemented",
    ],
    [
      "a changed policy",
      {
        change(form) {
          const policy = form.get("policy") as string;
          const json = Buffer.from(policy, "base64").toString().replace("form/", "");
          form.set("policy", Buffer.from(json).toString("base64"));
        },
      },
      403,
      "SignatureDoesNotMatch",
    ],
    [
      "no policy",
      {
        change: (form) => {
          form.delete("policy");
        },
      },
      403,
      "AccessDenied",
    ],
    [
      "no signature",
      {
        change: (form) => {
          form.delete("x-amz-signature");
        },
      },
      400,
      "InvalidArgument",
    ],
    [
      "no key",
      {
        change: (form) => {
          form.delete("key");
        },
      },
      400,
      "InvalidArgument",
    ],
    [
      "no file",
      {
        change: (form) => {
          form.delete("file");
        },
      },
      400,
      "InvalidArgument",
    ],
    [
      "fields beyond 20 KB",
      { fields: { "x-ignore-a": "x".repeat(21_000) } },
      400,
      "MaxMessageLengthExceeded",
    ],
  ])("is refused with %s", async (_, options, status, code) => {
    const name = "form/refused";
    const reply = await submit({ ...options, fields: { key: name, ...options.fields } });
    expect({ status: reply.status, code: reply.code }).toEqual({ status, code });
    expect((await read(name)).status).toBe(404);
  });

  it("is refused when it is no form", async () => {
    for (const [type, body, code] of [
      ["multipart/form-data", "x", "MalformedPOSTRequest"],
      ["multipart/form-data; boundary=b", "--c\r\n\r\n", "MalformedPOSTRequest"],
      ["multipart/form-data; boundary=b", "--b\r\n", "IncompleteBody"],
      ["text/plain", "x", "AccessDenied"],
    ] as const) {
      const response = await fetch(`${server.endpoint}/${BUCKET}`, {
        method: "POST",
        body,
        headers: { "content-type": type },
      });
      expect(await response.text()).toContain(`<Code>${code}</Code>`);
    }
  });
});
