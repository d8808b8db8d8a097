import { digestOf } from "../../../../protocol/kernel/digest.ts";
import { SYSTEM_CLOCK } from "../../../../protocol/kernel/clock.ts";
import { DmlError, type ErrorCode } from "../../../../protocol/kernel/errors.ts";
import { seededRandom } from "../../../../protocol/kernel/random.ts";
import { problemResponse } from "../../../../protocol/http/problem.ts";
import { HttpClusterClient } from "../../../../user/client/http/cluster.ts";
import { MasterHttp, type MasterHttpOptions } from "../../../../user/client/http/master_http.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../../assert.ts";
import { personAt, predictionOf } from "../../fake_cluster_client.ts";

const PICTURE = new TextEncoder().encode("a picture");
const ANNOTATED = new TextEncoder().encode("an annotated picture");
const ANSWER = {
  prediction: predictionOf([personAt(10)]),
  annotated: { digest: digestOf(ANNOTATED), size: ANNOTATED.length, mediaType: "image/jpeg" },
};
const ASK = { model: "faces", annotate: true, embeddings: false, gallery: null, crops: false };

/** Timers that give an answer up take at least so long. */
const TIMEOUT_MS = 10_000;

/**
 * Notes the waits of the client and ends them at once. Timers that give an answer up never run out.
 */
class EagerClock {
  readonly delays: number[] = [];
  /** Timers that would give an answer up. */
  timeouts = 0;
  nowMs = SYSTEM_CLOCK.nowMs;
  wallMs = SYSTEM_CLOCK.wallMs;
  after(delayMs: number, callback: () => void): () => void {
    if (delayMs >= TIMEOUT_MS) {
      this.timeouts++;
      return () => this.timeouts--;
    }
    this.delays.push(delayMs);
    queueMicrotask(callback);
    return () => {};
  }
}

/** A client of a master that answers by `handler`, on a free port, for as long as `use` runs. */
async function withMaster(
  handler: (request: Request) => Response | Promise<Response>,
  use: (client: HttpClusterClient, clock: EagerClock) => Promise<void>,
  options: Partial<MasterHttpOptions> = {},
): Promise<void> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  const clock = new EagerClock();
  const http = new MasterHttp({
    address: { hostname: "127.0.0.1", port: server.addr.port },
    token: null,
    clock,
    random: seededRandom(1),
    ...options,
  });
  const client = new HttpClusterClient(http);
  try {
    await use(client, clock);
  } finally {
    await client.close();
  }
}

/** Answers predictions and blobs as a master does. */
function answering(request: Request): Response {
  const { pathname } = new URL(request.url);
  if (pathname === `/blobs/${ANSWER.annotated.digest}`) return new Response(ANNOTATED);
  return Response.json(pathname === "/v1/predictions" ? ANSWER : {});
}

Deno.test("predict() posts the picture in one sized piece, with the token, and fetches the annotated one by its digest", async () => {
  const seen: string[] = [];
  const handler = async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    seen.push(`${request.method} ${pathname}${search}`, String(request.headers.get("authorization")));
    if (request.method === "POST") {
      assertEquals(request.headers.get("content-length"), String(PICTURE.length));
      assertEquals(await request.bytes(), PICTURE);
    }
    return answering(request);
  };
  await withMaster(handler, async (client) => {
    const { prediction, annotated } = await client.predict(PICTURE, ASK);
    assertEquals(prediction, ANSWER.prediction);
    assertEquals(annotated, ANNOTATED);
  }, { token: "dmlu_x" });
  assertEquals(seen, [
    "POST /v1/predictions?model=faces&annotate=true&embeddings=false&gallery=none",
    "Bearer dmlu_x",
    `GET /blobs/${ANSWER.annotated.digest}`,
    "Bearer dmlu_x",
  ]);
});

Deno.test("predict() asks for the size of the annotated picture, and for doubtful faces", async () => {
  const seen: string[] = [];
  const handler = (request: Request) => {
    seen.push(new URL(request.url).search);
    return Response.json({ ...ANSWER, annotated: null });
  };
  await withMaster(handler, async (client) => {
    await client.predict(PICTURE, { ...ASK, maxSide: 800, smallFaces: true });
    await client.predict(PICTURE, { ...ASK, anyAngle: true });
    await client.predict(PICTURE, { ...ASK, anyAngle: true, smallFaces: true });
    await client.predict(PICTURE, { ...ASK, keepDoubtful: true });
    await client.predict(PICTURE, { ...ASK, keepDoubtful: true, anyAngle: true });
  });
  const all = "?model=faces&annotate=true&embeddings=false&gallery=none";
  assertEquals(seen, [
    `${all}&maxSide=800&smallFaces=true`,
    `${all}&anyAngle=true`,
    `${all}&anyAngle=true&smallFaces=true`,
    `${all}&keepDoubtful=true`,
    `${all}&keepDoubtful=true&anyAngle=true`,
  ]);
});

Deno.test("predict() fetches nothing when no annotated picture was made", async () => {
  const handler = (request: Request) => {
    assertEquals(request.method, "POST");
    return Response.json({ ...ANSWER, annotated: null });
  };
  await withMaster(handler, async (client) => {
    assertEquals((await client.predict(PICTURE, { ...ASK, annotate: false })).annotated, null);
  });
});

Deno.test("predict() refuses an annotated picture that does not hash to its name, or is cut short", async () => {
  for (const bytes of [new TextEncoder().encode("an annotated picturE"), ANNOTATED.slice(1)]) {
    const handler = (request: Request) => request.method === "GET" ? new Response(bytes) : answering(request);
    await withMaster(handler, async (client) => {
      const error = await assertRejects(() => client.predict(PICTURE, ASK), DmlError);
      assertEquals(error.code, "blob_corrupt");
    });
  }
});

Deno.test("predict() asks again while the cluster cannot now, as late as it says, and then has its answer", async () => {
  const refusals: ErrorCode[] = ["queue_full", "no_capable_node", "shutting_down"];
  const heard: ErrorCode[] = [];
  const handler = (request: Request) => {
    const code = request.method === "POST" ? refusals.shift() : undefined;
    return code ? problemResponse(new DmlError(code, "Not now.")) : answering(request);
  };
  await withMaster(handler, async (client, clock) => {
    assertEquals((await client.predict(PICTURE, ASK)).annotated, ANNOTATED);
    assertEquals(clock.delays.length, 3);
    assertEquals(clock.delays[0], 1_000);
    assert(clock.delays.every((delayMs) => delayMs > 0 && delayMs <= 5_000));
  }, { onRetry: ({ code }) => heard.push(code) });
  assertEquals(heard, ["queue_full", "no_capable_node", "shutting_down"]);
});

Deno.test("predict() leaves no timer behind, whether it was answered, refused or not answered at all", async () => {
  const answers = [
    answering,
    () => problemResponse(new DmlError("image_unreadable", "No.")),
    () => new Response("no dml"),
  ];
  for (const handler of answers) {
    await withMaster(handler, async (client, clock) => {
      await client.predict(PICTURE, ASK).catch(() => {});
      assertEquals(clock.timeouts, 0);
      await client.close();
      await client.info().catch(() => {});
      assertEquals(clock.timeouts, 0);
    });
  }
});

Deno.test("predict() gives up after a bounded number of refusals, with the master's own words", async () => {
  let asked = 0;
  const handler = () => {
    asked++;
    return problemResponse(new DmlError("queue_full", "4096 pictures wait.", { advice: "Come back." }));
  };
  await withMaster(handler, async (client) => {
    const error = await assertRejects(() => client.predict(PICTURE, ASK), DmlError);
    assertEquals([error.code, error.message, error.advice], ["queue_full", "4096 pictures wait.", "Come back."]);
  });
  assertEquals(asked, 6);
});

Deno.test("predict() asks once about a picture that is refused for good", async () => {
  let asked = 0;
  const handler = () => {
    asked++;
    return problemResponse(new DmlError("image_unreadable", "The picture is cut short."));
  };
  await withMaster(handler, async (client) => {
    const error = await assertRejects(() => client.predict(PICTURE, ASK), DmlError);
    assertEquals([error.code, error.message], ["image_unreadable", "The picture is cut short."]);
  });
  assertEquals(asked, 1);
});

Deno.test("predict() stops when it is told to, in a request and between two", async () => {
  const stop = new AbortController();
  const held = Promise.withResolvers<Response>();
  const handler = async (request: Request) => {
    await request.bytes();
    stop.abort();
    return held.promise;
  };
  await withMaster(handler, async (client) => {
    const error = await assertRejects(() => client.predict(PICTURE, { ...ASK, signal: stop.signal }), DmlError);
    assertEquals(error.code, "interrupted");
    held.resolve(new Response());
  });
  const refused = new AbortController();
  const refusing = () => {
    refused.abort();
    return problemResponse(new DmlError("queue_full", "Full."));
  };
  await withMaster(refusing, async (client) => {
    const error = await assertRejects(() => client.predict(PICTURE, { ...ASK, signal: refused.signal }), DmlError);
    assertEquals(error.code, "interrupted");
  });
});

Deno.test("info() says that nobody listens, where, and what to do", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = { hostname: "127.0.0.1", port: listener.addr.port };
  listener.close();
  await withMaster(answering, async (client) => {
    const error = await assertRejects(() => client.info(), DmlError);
    assertEquals(error.code, "master_unreachable");
    assertEquals(
      error.message,
      `The master at http://127.0.0.1:${address.port} cannot be reached: nothing listens there.`,
    );
    assertStringIncludes(error.advice, "dml serve");
  }, { address });
});

Deno.test("info() does not wait for a master that says nothing", async () => {
  const held = Promise.withResolvers<Response>();
  await withMaster(() => held.promise, async (client) => {
    const error = await assertRejects(() => client.info(), DmlError);
    assertEquals(error.code, "master_unreachable");
    assertStringIncludes(error.message, "did not answer in time");
    held.resolve(new Response());
  }, { answerTimeoutMs: 10 });
});

Deno.test("info() tells a dml from another server", async () => {
  for (const body of ["<html>", '{"product":"other"}', ""]) {
    await withMaster(() => new Response(body), async (client) => {
      const error = await assertRejects(() => client.info(), DmlError);
      assertEquals(error.code, "protocol_version");
      assertStringIncludes(error.message, client.label);
    });
  }
  await withMaster(() => new Response("nothing here", { status: 404 }), async (client) => {
    assertEquals((await assertRejects(() => client.info(), DmlError)).code, "not_found");
  });
});

Deno.test("nodes(), models() and command() go where the paths say", async () => {
  const handler = async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/nodes") return Response.json({ nodes: [] });
    if (pathname === "/v1/models") return Response.json({ models: [] });
    assertEquals([request.method, pathname], ["POST", "/v1/nodes/node_1/commands"]);
    assertEquals(await request.json(), { command: "drain" });
    return Response.json({ detail: "It finishes what it has." });
  };
  await withMaster(handler, async (client) => {
    assertEquals(await client.nodes(), []);
    assertEquals(await client.models(), []);
    assertEquals(await client.command("node_1", "drain"), "It finishes what it has.");
  });
});
