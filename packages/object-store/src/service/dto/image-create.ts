import { MediaCreate } from "./media-create.js";

/** What the upload of an image takes. */
export class ImageCreate extends MediaCreate {}
