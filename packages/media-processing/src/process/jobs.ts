import { decode } from "../jobs/decode.js";
import { serveJobs } from "./serve-jobs.js";

serveJobs({
  decode,
  // Loaded with the first of them, as most processes only decode.
  async render(bytes, data) {
    const { render } = await import("../jobs/render.js");
    return render(bytes, data);
  },
});
