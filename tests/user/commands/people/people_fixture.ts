import { ManualClock } from "../../../protocol/manual_clock.ts";
import { join } from "node:path";
import { Hono } from "hono";
import { errorBoundary } from "../../../../master/http/error_boundary.ts";
import { Refusals } from "../../../../master/http/refusals.ts";
import { peopleRoutes } from "../../../../master/http/people_routes.ts";
import { Uploads } from "../../../../master/http/uploads/uploads.ts";
import type { Predictions } from "../../../../master/turn/predictions.ts";
import { SILENT_LOG } from "../../../../protocol/kernel/log.ts";
import { SYSTEM_CLOCK } from "../../../../protocol/kernel/clock.ts";
import { seededRandom } from "../../../../protocol/kernel/random.ts";
import { parseCommand } from "../../../../user/cli/parse_command.ts";
import type { PredictOptions } from "../../../../user/client/cluster_client.ts";
import { runPeople } from "../../../../user/commands/people/people.ts";
import { MasterHttp } from "../../../../user/client/http/master_http.ts";
import { HttpPeopleClient } from "../../../../user/client/http/people.ts";
import { fail } from "../../../assert.ts";
import { PeopleFixture } from "../../../master/people/people_fixture.ts";
import { FakeTerminal } from "../../fake_terminal.ts";
import { predictionOf } from "../../fake_cluster_client.ts";

/** `dml people` over HTTP against the real routes of a master; only the face finder is a fake. */
export class PeopleCli implements AsyncDisposable {
  readonly master = new PeopleFixture();
  readonly directory = Deno.makeTempDirSync({ prefix: "dml_test_" });
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #http: MasterHttp;

  constructor() {
    const predictions = { reserve: () => Promise.resolve(() => {}) } as unknown as Predictions;
    const uploads = new Uploads({ predictions, clock: SYSTEM_CLOCK, credentials: null });
    const app = new Hono().route("/", peopleRoutes({ people: this.master.people, uploads, credentials: null }));
    app.onError(errorBoundary(new Refusals({ log: SILENT_LOG, random: seededRandom(1), clock: new ManualClock() })));
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
    const address = { hostname: "127.0.0.1", port: this.#server.addr.port };
    this.#http = new MasterHttp({ address, token: null, clock: SYSTEM_CLOCK, random: seededRandom(2) });
  }

  /** Writes pictures to their paths in the directory. */
  write(pictures: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): void {
    for (const [path, bytes] of Object.entries(pictures)) {
      Deno.mkdirSync(join(this.directory, path, ".."), { recursive: true });
      Deno.writeFileSync(join(this.directory, path), bytes);
    }
  }

  /** Runs one command line of `dml people`; a leading `./` is replaced by the directory. */
  async run(...line: string[]): Promise<{ code: number; out: string; errors: string; json: () => unknown[] }> {
    const argv = line.map((word) => word.startsWith("./") ? join(this.directory, word) : word);
    const { command } = parseCommand(["people", ...argv], {});
    if (command.verb !== "people") fail("it is about people");
    const terminal = new FakeTerminal();
    const code = await runPeople(command, {
      terminal,
      clock: SYSTEM_CLOCK,
      random: seededRandom(3),
      stdin: new ReadableStream(),
      signal: new AbortController().signal,
      progress: true,
      people: new HttpPeopleClient(this.#http),
      cluster: { label: "fake", predict: (image, options) => this.#predict(image, options) },
    });
    const json = () => terminal.outText.trimEnd().split("\n").map((text) => JSON.parse(text));
    return { code, out: terminal.outText, errors: terminal.errorText, json };
  }

  async #predict(image: Uint8Array<ArrayBuffer>, { gallery }: PredictOptions) {
    const { persons } = await this.master.finder.find(image, { gallery, crops: false });
    return { prediction: predictionOf([...persons]), annotated: null };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.close();
    await this.#server.shutdown();
    await this.master[Symbol.asyncDispose]();
    Deno.removeSync(this.directory, { recursive: true });
  }
}
