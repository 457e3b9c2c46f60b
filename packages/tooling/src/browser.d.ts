import type { Browser } from "playwright-core";

/** Where TEST_CHROMIUM names a browser it has to be there; elsewhere it may be missing. */
export declare const hasBrowser: boolean;

/** What to do where there is none: the title of a test that is left out. */
export declare const BROWSER_WANTED: string;

export declare function launchBrowser(): Promise<Browser>;
