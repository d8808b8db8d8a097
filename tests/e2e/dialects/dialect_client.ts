import { samplePhoto } from "../../../tools/sample_photos.ts";
import { assertEquals } from "../../assert.ts";
import type { ClusterClient } from "../../../user/client/cluster_client.ts";
import { Cluster } from "../cluster.ts";
import { faceViews } from "../face_folders.ts";

/** An answer with its status. */
export interface Answer {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- the tests compare it with what the clients read
  readonly body: any;
  /** The headers and the body as text. */
  readonly text: string;
}

/** Name of the only node, which no answer may tell. */
export const NODE_NAME = "a-node-in-the-attic";

/** Sends one request and returns its answer, which must not tell which node did the work. */
export async function ask(
  base: string,
  path: string,
  init: RequestInit & { client?: Deno.HttpClient } = {},
): Promise<Answer> {
  const response = await fetch(`${init.client === undefined ? "http" : "https"}://${base}${path}`, init);
  const body = await response.text();
  const text = JSON.stringify([...response.headers]) + body;
  assertEquals([text.includes(NODE_NAME), text.includes("node_")], [false, false], text);
  return {
    status: response.status,
    body: body.startsWith("{") || body.startsWith("[") ? JSON.parse(body) : body,
    text,
  };
}

/** Returns a `POST` of a form with these fields. */
export function formPost(fields: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>): RequestInit {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") body.append(name, value);
    else body.append(name, new Blob([value]), `${name}.jpg`);
  }
  return { method: "POST", body };
}

/** Photos of a test. */
export interface Photos {
  /** Two pictures of the face of one person, and one of another person's. */
  readonly ada: readonly Uint8Array<ArrayBuffer>[];
  readonly eve: Uint8Array<ArrayBuffer>;
  /** The photo with both and a third person. */
  readonly photo: Uint8Array<ArrayBuffer>;
}

/** A cluster of one node on loopback, and photos. */
export interface Scene extends AsyncDisposable, Photos {
  readonly cluster: Cluster;
}

export async function startScene(): Promise<Scene> {
  const cluster = await Cluster.start();
  await cluster.join(NODE_NAME);
  const photos = await photosBy(cluster.client);
  return { cluster, ...photos, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() };
}

/** Returns the photos, whose faces `cluster` finds. */
export async function photosBy(cluster: Pick<ClusterClient, "predict">): Promise<Photos> {
  const { faces: [ada, eve] } = await faceViews(cluster, 1);
  return { ada: ada.slice(0, 2), eve: eve[0], photo: await samplePhoto(1) };
}
