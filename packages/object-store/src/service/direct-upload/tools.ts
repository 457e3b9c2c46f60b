import type { DirectUploads } from "../../repo/direct-upload-repo.js";
import type { Dependencies } from "../dependencies.js";

/** What the use cases of direct uploads work with. */
export interface DirectUploadTools extends Dependencies {
  directUploads: DirectUploads;
}
