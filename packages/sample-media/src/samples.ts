import { samplesReader } from "./read-samples.js";

/**
 * Small, correct files in all eight formats, common and odd ones, each with the truth about it and
 * its path. The same bytes of every build on the same platform with the same dependencies. Each call
 * returns bytes that the caller may change.
 */
export const validSamples = samplesReader("valid");

/**
 * Files that a store which checks content must refuse, each with the code of the refusal and its
 * path. The same bytes of every build. Each call returns bytes that the caller may change.
 */
export const brokenSamples = samplesReader("broken");
