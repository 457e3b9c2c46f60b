import { readFile } from "node:fs/promises";

import { describe, expect, it } from "@jest/globals";

import { ceph } from "../src/servers/ceph.js";
import { swift } from "../src/servers/swift.js";
import { noCopiesOntoStaging } from "../src/servers/no-copies-onto-staging.js";

const PAGE = new URL("../../../docs/s3-servers.md", import.meta.url);

describe("docs/s3-servers.md", () => {
  it.each([ceph, swift])("has all the differences of $name and no others", async (server) => {
    const text = await readFile(PAGE, "utf8");
    const [, section = ""] = text.split(`<!-- differences of ${server.name} -->\n`);
    const lines = server.differences.map(
      ({ checks, what, source, consequence }) =>
        `- **${checks.join("; ")}**: it ${what} ([source](${source})). ${consequence}\n`,
    );
    expect(section.trim()).toBe(lines.join("").trim());
  });

  it("shows the bucket policy that Ceph was tested with", async () => {
    const text = await readFile(PAGE, "utf8");
    const [, policy = ""] = /```json policy\n([^]*?)```/.exec(text) ?? [];
    expect(JSON.parse(policy)).toEqual(noCopiesOntoStaging("media"));
  });
});
