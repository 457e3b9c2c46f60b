import { Client } from "pg";

/** Connections of a test, closed after it. */
export class Sessions {
  readonly #clients: Client[] = [];

  async open(connectionString: string, settings: { statement_timeout?: number } = {}) {
    const client = new Client({ connectionString, ssl: false, ...settings });
    // A server that goes away under an idle client is a matter of its next query.
    client.on("error", () => undefined);
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.end()));
  }
}
