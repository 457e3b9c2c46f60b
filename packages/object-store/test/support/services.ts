/** What the global setup started. */
export interface TestServices {
  /** The folder of the samples, with their facts in `index.json`. */
  samples: string;
  postgres: { adminUrl: string; template: string };
  s3: { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string };
}

export function services(): TestServices {
  const text = process.env["OBJECT_STORE_TEST_SERVICES"];
  if (text === undefined) throw new Error("the global setup did not run");
  return JSON.parse(text) as TestServices;
}
