import { expect } from "expect";

import { type CheckGroup, HTTP_DIALECT } from "../check.js";
import { type PostForm, postForm } from "../requests/post-form.js";
import { type Subject } from "../subject.js";

function submit(s3: Subject, form: Partial<PostForm> = {}) {
  return postForm(s3.server, {
    bucket: s3.bucket,
    key: "form/file",
    content: "from a form",
    ...form,
  });
}

async function expectRefused(
  s3: Subject,
  form: Partial<PostForm>,
  status: number,
  code: string,
): Promise<void> {
  const reply = await submit(s3, form);
  expect({ status: reply.status, code: reply.code }).toEqual({ status, code });
  expect(await s3.keys()).toEqual([]);
}

function widenPolicy(form: FormData): void {
  const json = Buffer.from(form.get("policy") as string, "base64").toString();
  form.set("policy", Buffer.from(json.replace("form/", "")).toString("base64"));
}

export const postObject: CheckGroup = {
  name: "an upload by an HTML form",
  dialects: HTTP_DIALECT,
  checks: {
    async "stores the file with the headers and metadata that its policy allows"(s3) {
      const reply = await submit(s3, {
        fields: { "Content-Type": "image/png", "x-amz-meta-a": "b" },
        conditions: [["starts-with", "$Content-Type", "image/"], { "x-amz-meta-a": "b" }],
      });
      expect(reply.status).toBe(204);
      const stored = await s3.get("form/file");
      expect(stored.text).toBe("from a form");
      expect(stored.headers).toMatchObject({ "content-type": "image/png", "x-amz-meta-a": "b" });
    },

    async "stores several megabytes with line breaks and dashes in them"(s3) {
      const content = "\r\n--not the boundary\r\n-".repeat(100_000);
      expect((await submit(s3, { content })).status).toBe(204);
      expect((await s3.get("form/file")).text).toBe(content);
    },

    async "answers 201 with a document when asked to"(s3) {
      const reply = await submit(s3, {
        fields: { success_action_status: "201" },
        conditions: [{ success_action_status: "201" }],
      });
      expect(reply.status).toBe(201);
      expect(reply.text).toContain("<Key>form/file</Key>");
    },

    async "takes a file within the length range and refuses others"(s3) {
      await expectRefused(
        s3,
        { conditions: [["content-length-range", 1, 5]] },
        400,
        "EntityTooLarge",
      );
      await expectRefused(
        s3,
        { conditions: [["content-length-range", 100, 200]] },
        400,
        "EntityTooSmall",
      );
      const fits = await submit(s3, { conditions: [["content-length-range", 11, 11]] });
      expect(fits.status).toBe(204);
    },

    async "is refused when it is signed with another secret or its policy was changed"(s3) {
      const secret = { secretAccessKey: "guessed" };
      await expectRefused(s3, secret, 403, "SignatureDoesNotMatch");
      await expectRefused(s3, { tamper: widenPolicy }, 403, "SignatureDoesNotMatch");
    },

    "is refused when its policy is over": (s3) =>
      expectRefused(s3, { expires: -60 }, 403, "AccessDenied"),

    "is refused for a key outside its policy": (s3) =>
      expectRefused(s3, { key: "other/file" }, 403, "AccessDenied"),

    "is refused with a field outside its policy": (s3) =>
      expectRefused(s3, { fields: { "x-amz-meta-b": "c" } }, 403, "AccessDenied"),

    "is refused without a policy": (s3) =>
      expectRefused(
        s3,
        {
          tamper(form) {
            form.delete("policy");
          },
        },
        403,
        "AccessDenied",
      ),
  },
};
