import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type PostForm, postForm, send } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

describe("an upload by an HTML form", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());

  type FormOptions = Partial<PostForm>;

  const submit = (options: FormOptions = {}) =>
    postForm(server, {
      bucket: BUCKET,
      key: "form/${filename}",
      content: "from a form",
      filename: "ü file.txt",
      ...options,
    });

  const read = (key: string) =>
    send(server, {
      method: "GET",
      path: `/${BUCKET}/${encodeURIComponent(key).replaceAll("%2F", "/")}`,
    });

  it("stores the file under the key that it names, with its name filled in", async () => {
    const { status, headers } = await submit();
    expect(status).toBe(204);
    expect(headers.get("etag")).toMatch(/^"[0-9a-f]{32}"$/);
    expect((await read("form/ü file.txt")).text).toBe("from a form");
  });

  it("answers as it is asked to", async () => {
    const created = await submit({
      key: "form/a&b",
      fields: { success_action_status: "201" },
      conditions: [{ success_action_status: "201" }],
    });
    expect(created.status).toBe(201);
    expect(created.text).toContain("<PostResponse>");
    expect(created.text).toContain(`<Bucket>${BUCKET}</Bucket>`);
    const target = "https://app.example/done?x=1";
    const redirected = await submit({
      key: "form/redirect",
      fields: { success_action_redirect: target },
      conditions: [["eq", "$success_action_redirect", target]],
    });
    expect(redirected.status).toBe(303);
    const location = new URL(redirected.headers.get("location") ?? "");
    expect(location.searchParams.get("key")).toBe("form/redirect");
    expect(location.searchParams.get("x")).toBe("1");
  });

  it.each<[string, FormOptions, number, string]>([
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
        tamper(form) {
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
        tamper: (form) => {
          form.delete("policy");
        },
      },
      403,
      "AccessDenied",
    ],
    [
      "no signature",
      {
        tamper: (form) => {
          form.delete("x-amz-signature");
        },
      },
      400,
      "InvalidArgument",
    ],
    [
      "no key",
      {
        tamper: (form) => {
          form.delete("key");
        },
      },
      400,
      "InvalidArgument",
    ],
    [
      "no file",
      {
        tamper: (form) => {
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
    const reply = await submit({ key: name, ...options });
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
