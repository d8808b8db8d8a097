import { problemResponse } from "../../../../protocol/http/problem.ts";
import { DmlError, type ErrorCode } from "../../../../protocol/kernel/errors.ts";
import { seededRandom } from "../../../../protocol/kernel/random.ts";
import { z } from "../../../../protocol/schema.ts";
import { type Call, MasterHttp } from "../../../../user/client/http/master_http.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../../assert.ts";
import { PassingClock } from "../../passing_clock.ts";

const ANSWER_SCHEMA = z.strictObject({ detail: z.string() });

type Handler = (request: Request) => Response | Promise<Response>;

/** A master that answers by `handler` on a free port, and a connection to it. */
class AnsweringMaster implements AsyncDisposable {
  requests = 0;
  readonly retries: ErrorCode[] = [];
  readonly http: MasterHttp;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(handler: Handler, options: { token?: string } = {}) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      this.requests++;
      return handler(request);
    });
    this.http = new MasterHttp({
      address: { hostname: "127.0.0.1", port: this.#server.addr.port },
      token: options.token ?? null,
      clock: new PassingClock(),
      random: seededRandom(1),
      onRetry: ({ code }) => this.retries.push(code),
    });
  }

  ask(call: Call = {}): Promise<{ detail: string }> {
    return this.http.ask(ANSWER_SCHEMA, "/v1/asked", call);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.http.close();
    await this.#server.shutdown();
  }
}

/** Refuses with `code` once, and answers then. */
function refusingOnce(code: ErrorCode): Handler {
  let isRefused = false;
  return () => {
    if (isRefused) return Response.json({ detail: "done" });
    isRefused = true;
    return problemResponse(new DmlError(code, "Not now."));
  };
}

Deno.test("MasterHttp sends a request again only after a refusal that passes, and only where the call says so", async () => {
  for (const code of ["queue_full", "no_capable_node", "shutting_down", "image_unreadable"] as const) {
    for (const retryOn of [[], ["outage"], ["refusal"]] as const) {
      await using master = new AnsweringMaster(refusingOnce(code));
      const isRepeated = code !== "image_unreadable" && retryOn[0] === "refusal";
      const asking = master.ask({ retryOn });
      if (isRepeated) assertEquals(await asking, { detail: "done" });
      else assertEquals((await assertRejects(() => asking, DmlError)).code, code);
      assertEquals([master.requests, master.retries], isRepeated ? [2, [code]] : [1, []]);
    }
  }
});

Deno.test("MasterHttp sends the token, the type of the body and other headers", async () => {
  const names = ["authorization", "content-type", "content-range", "content-length"];
  const handler: Handler = ({ method, headers }) =>
    Response.json({ detail: [method, ...names.map((name) => headers.get(name))].join(" | ") });
  await using master = new AnsweringMaster(handler, { token: "dmlu_x" });
  const headers = { "content-range": "bytes 0-1/2" };
  const { detail } = await master.ask({ method: "PUT", body: "{}", mediaType: "application/json", headers });
  assertEquals(detail, "PUT | Bearer dmlu_x | application/json | bytes 0-1/2 | 2");
});

Deno.test("MasterHttp names the request that something else than a master refuses", async () => {
  await using master = new AnsweringMaster(() => new Response("no", { status: 418 }));
  const error = await assertRejects(() => master.ask({ method: "POST" }), DmlError);
  assertEquals(error.code, "request_invalid");
  assertStringIncludes(error.message, `POST ${master.http.label}/v1/asked`);
});

Deno.test("MasterHttp hands on what the reader throws, and takes no fault of its own for one of the master", async () => {
  await using master = new AnsweringMaster(() => Response.json({ detail: "" }));
  const full = new DmlError("disk_full", "No space is left.");
  const read = async (response: Response) => {
    await response.body?.cancel();
    throw full;
  };
  assert(await assertRejects(() => master.http.call("/v1/asked", { read })) === full);
});

Deno.test("close() ends what is under way, and what is asked afterwards, as interrupted", async () => {
  const asked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<Response>();
  await using master = new AnsweringMaster(() => {
    asked.resolve();
    return held.promise;
  });
  const asking = assertRejects(() => master.ask(), DmlError);
  await asked.promise;
  master.http.close();
  assertEquals((await asking).code, "interrupted");
  assertEquals((await assertRejects(() => master.ask(), DmlError)).code, "interrupted");
  held.resolve(new Response());
});
