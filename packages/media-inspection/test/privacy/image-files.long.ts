import { describe } from "@jest/globals";

import { testStrippedImages } from "../support/stripped-images.js";

describe.each(["corpus", "odd"] as const)("the images of the folder %s", (folder) => {
  testStrippedImages(folder);
});
