import { problemSchema } from "../../../protocol/http_api/api.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import { ask } from "../../../tests/master/http/http_fixture.ts";
import type { ScriptedNode } from "../../../tests/master/master_fixture.ts";
import { REQUESTS, type RequestSample } from "../sample_requests.ts";
import type { Dice } from "../dice.ts";
import { mutateBytes, randomBytes } from "../mutate_bytes.ts";
import { hostileValue, mutateJson } from "../mutate_json.ts";
import { ACCEPTED, type Surface, type World } from "../surface.ts";
import { newAccess, WatchedMaster } from "../watched_master.ts";

/** Codes of 5xx that are no fault of the master: nodes drain, leave and come back in these cases. */
const FOR_WANT_OF_NODES: readonly ErrorCode[] = ["no_capable_node", "deadline_exceeded"];
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;

/** Requests to every route, by every role. */
export const HTTP: Surface = {
  name: "http",
  what: "requests to every route by every role, with any query, header and body",
  casesPerWorld: 100,
  async open() {
    const access = newAccess();
    const master = await WatchedMaster.start({ credentials: access.store, tokens: access.store });
    const node = await master.join(1, { token: access.tokens.node });
    const { user, admin } = access.tokens;
    return new HttpWorld({ master, node, callers: [user, access.people, admin, admin, admin, admin] });
  },
};

class HttpWorld implements World {
  readonly #master: WatchedMaster;
  readonly #node: ScriptedNode;
  readonly #callers: readonly string[];

  constructor({ master, node, callers }: { master: WatchedMaster; node: ScriptedNode; callers: readonly string[] }) {
    this.#master = master;
    this.#node = node;
    this.#callers = callers;
  }

  async run(dice: Dice): Promise<string> {
    const { fixture } = this.#master;
    const sample = dice.pick(REQUESTS);
    const path = this.#pathOf(sample, dice);
    const init = this.#initOf(sample, dice);
    dice.note(() => `${init.method} ${path} ${JSON.stringify([...new Headers(init.headers)])} ${bodyText(init.body)}`);
    let answering: Promise<Response>;
    try {
      new Request(`http://127.0.0.1${path}`, init);
      answering = ask(fixture.master, path, init);
    } catch (error) {
      if (error instanceof TypeError) return "no request";
      throw error;
    }
    const answer = await fixture.passUntil(answering);
    const code = await codeOf(answer);
    await this.#master.check();
    return code;
  }

  #pathOf({ path, query = {} }: RequestSample, dice: Dice): string {
    const filled = path.replace(/:(\w+)/g, (_, name: string) => {
      const value = name === "nodeId" ? this.#node.nodeId : NAMES[name];
      if (!dice.oneIn(6)) return encodeURIComponent(value);
      const hostile = dice.oneIn(2) ? hostileValue(dice) : mutateJson(value, dice);
      const text = typeof hostile === "string" ? hostile : JSON.stringify(hostile);
      return dice.oneIn(8) ? text.replaceAll(/[\s#?]/g, "%") : encodeURIComponent(text.toWellFormed().slice(0, 9_000));
    });
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (dice.oneIn(3)) continue;
      const said = dice.oneIn(3) ? hostileValue(dice) : value;
      parameters.append(name, typeof said === "string" ? said : JSON.stringify(said));
      if (dice.oneIn(12)) parameters.append(name, value);
    }
    if (dice.oneIn(15)) parameters.append(dice.pick(["x", "", "__proto__", "after", "limit"]), "1");
    const text = parameters.toString();
    return text === "" ? filled : `${filled}?${text}`;
  }

  #initOf({ method, body }: RequestSample, dice: Dice): RequestInit & { token?: string } {
    const used = dice.oneIn(12) ? dice.pick(METHODS) : method;
    const headers = new Headers();
    if (dice.oneIn(10)) {
      headers.set("content-length", dice.pick(["none", "0", "-1", "NaN", "1e9", "9".repeat(30), "12"]));
    }
    if (dice.oneIn(8)) {
      headers.set(
        "accept",
        dice.pick(["image/jpeg", "*/*", "application/json", "x".repeat(3_000), "multipart/mixed;q=2"]),
      );
    }
    if (dice.oneIn(8) || method === "PUT") {
      headers.set("content-range", dice.pick(["bytes 0-3/4", "bytes 0-0/1", "bytes 9-1/4", "bytes */5", "x"]));
    }
    if (dice.oneIn(12)) {
      headers.set("range", dice.pick(["bytes=0-1", "bytes=5-", "bytes=-3", "bytes=9-1", "bytes=0-0,2-2", "x"]));
    }
    if (dice.oneIn(30)) headers.set("origin", "http://evil.example");
    const token = dice.oneIn(10)
      ? dice.pick(["", "dmlu_x", "z".repeat(9_000)])
      : dice.pick([...this.#callers, this.#node.sessionSecret]);
    const init = { method: used, headers, ...(token === "" ? {} : { token }) };
    return used === "GET" || used === "HEAD" ? init : { ...init, body: bodyOf(body, dice) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#master[Symbol.asyncDispose]();
  }
}

/** Values for the parameters of paths. */
const NAMES: Readonly<Record<string, string>> = {
  name: "faces",
  gallery: "staff",
  person: "Ada",
  faceId: `face_${"0".repeat(20)}`,
  token: "attic",
  role: "user",
  digest: `sha256:${"0".repeat(64)}`,
};

function bodyOf(body: RequestSample["body"], dice: Dice): Uint8Array<ArrayBuffer> {
  if (body instanceof Uint8Array) return dice.oneIn(2) ? body : mutateBytes(body, dice);
  if (dice.oneIn(15)) return randomBytes(300, dice);
  const said = dice.oneIn(3) ? body ?? null : mutateJson(body ?? null, dice);
  const text = new TextEncoder().encode(JSON.stringify(said));
  return dice.oneIn(15) ? mutateBytes(text, dice) : text;
}

function bodyText(body: RequestInit["body"]): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body).slice(0, 2_000) : "";
}

/** Returns the code of an answer. Throws if it is none that a request may get. */
async function codeOf(answer: Response): Promise<string> {
  const bytes = await answer.bytes();
  if (answer.status < 400) return ACCEPTED;
  const isProblem = answer.headers.get("content-type")?.startsWith("application/problem+json") === true;
  const { code } = isProblem && bytes.length > 0
    ? problemSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
    : { code: null };
  if (answer.status >= 500 && !FOR_WANT_OF_NODES.some((known) => known === code)) {
    throw new Error(`The answer is ${answer.status}: ${new TextDecoder().decode(bytes).slice(0, 500)}`);
  }
  return code ?? `status ${answer.status}`;
}
