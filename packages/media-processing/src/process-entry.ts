/** The program of every process. Tests map this file to the built one, as processes run without jest. */
export const PROCESS_MAIN = new URL("./process/main.js", import.meta.url);

/** The module that a process loads by default: all jobs. */
export const JOBS_MODULE = new URL("./process/jobs.js", import.meta.url);
