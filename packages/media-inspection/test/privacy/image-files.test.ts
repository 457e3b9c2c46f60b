import { describe } from "@jest/globals";

import { testStrippedImages } from "../support/stripped-images.js";

describe("the images of the samples", () => {
  testStrippedImages("samples");
});
