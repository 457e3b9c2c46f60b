import { decodeImage, restrictDecoder } from "./decode-image.js";
import { serveDecodes } from "./serve-decodes.js";

restrictDecoder();
serveDecodes(decodeImage);
