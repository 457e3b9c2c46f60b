import { isDeepStrictEqual } from "node:util";

import { isAllowed, isPlace, KEPT_GROUPS } from "./allowed-tags.js";

const isSecret = { all: (tag) => !isAllowed(tag), location: isPlace };

/**
 * What ExifTool finds in a stripped file, or in its cover, that must not be there, and what it does not find
 * any more that has to stay.
 */
export function compareTags(original, left, cover, privacy) {
  const isNew = (tag) => !original.some((each) => isDeepStrictEqual(each, tag));
  const found = [...left, ...cover].filter((tag) =>
    // ExifTool complains about broken files.
    tag.group === "ExifTool" ? isNew(tag) : isSecret[privacy](tag),
  );
  const [were, are] = [original, left].map(keptTags);
  return {
    differences: [
      ...found.map(({ group, name, value }) => `has ${group}:${name} ${JSON.stringify(value)}`),
      ...(isDeepStrictEqual(are, were) ? [] : [`other fields: ${JSON.stringify([were, are])}`]),
    ],
    before: original.filter((tag) => tag.group !== "ExifTool" && isSecret[privacy](tag)).length,
    after: found.length,
  };
}

function keptTags(tags) {
  return tags.filter((tag) => KEPT_GROUPS.test(tag.group) && isAllowed(tag));
}
