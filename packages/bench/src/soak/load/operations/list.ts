import type { Operation } from "../operation.js";

/** Reads the first page of all files, and the second where there is one, with a URL for each. */
export const list: Operation = {
  name: "list",
  async run({ scope }) {
    let page = await scope.list({ withUrls: true });
    const items = [...page.items];
    if (page.nextCursor !== null) {
      page = await scope.list({ withUrls: true, cursor: page.nextCursor });
      items.push(...page.items);
    }
    for (const { id, url } of items) {
      if (!URL.canParse(url)) throw new Error(`the list has no URL of ${id}`);
    }
    return true;
  },
};
