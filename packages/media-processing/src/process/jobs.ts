import { decode } from "../jobs/decode.js";
import { serveJobs } from "./serve-jobs.js";

serveJobs({ decode });
