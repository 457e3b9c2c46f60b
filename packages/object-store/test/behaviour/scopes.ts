/* oxlint-disable typescript/unbound-method -- it is tested here that methods are bound */
import { inspect } from "node:util";

import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Sample } from "@repo/sample-media";

import { sampleOf } from "../support/samples.js";
import type { Subject } from "./subject.js";

export function describeScopes(subject: () => Subject): void {
  describe("a scope", () => {
    let png: Sample;

    beforeAll(async () => {
      png = await sampleOf("png");
    });

    it("has methods that work apart from their object", async () => {
      const { forUser } = subject().store;
      const { images, list, count } = forUser(await subject().addUser());
      const { upload } = images;
      const { file } = await upload({ body: png.bytes });
      const copy = { ...images };
      expect(await copy.get(file.id)).toEqual(file);
      expect((await list()).items).toEqual([file]);
      expect(await count()).toBe(1);
    });

    it("cannot be changed, and shows nothing of the store that it works on", () => {
      const secret = "the secret of all cursors";
      const store = subject().storeWith({ cursorSecret: secret });
      const scope = store.forSystem();
      for (const each of [store, scope, scope.images, scope.audio]) {
        expect(Object.isFrozen(each)).toBe(true);
        expect(inspect(each, { showHidden: true, getters: true, depth: 9 })).not.toContain(secret);
      }
    });
  });
}
