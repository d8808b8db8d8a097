import type { ToWorker } from "../worker_protocol.ts";
import type { PostToPool } from "../worker_requests.ts";
import { FrameReader, FrameWriter } from "./frames.ts";
import { frameOfReply, galleryPart, requestOf } from "./message_frames.ts";

/** Every kind of permission. */
const KINDS = ["net", "read", "write", "env", "sys", "run", "ffi", "import"] as const;

/**
 * The signals by which a terminal or a service manager asks all processes of a node to end. The
 * node decides when its engines end. The shell that started this process ignores them; Deno does
 * not keep to that.
 */
const IGNORED_SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

/** The inside of a worker, which takes the messages of its node. */
interface Requests {
  take(messages: readonly ToWorker[]): void;
}

/**
 * Serves the node that started this process, until the connection to it ends. The argument is the
 * port of the node on this host, and the first bytes of standard input are the secret by which the
 * node recognises this process. Permissions are given up as soon as the connection is open.
 */
export async function serveNode(open: (post: PostToPool) => Requests): Promise<never> {
  for (const name of IGNORED_SIGNALS) Deno.addSignalListener(name, () => {});
  const secret = new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer());
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
  for (const name of KINDS) Deno.permissions.revokeSync({ name });
  connection.setNoDelay(true);
  const writer = new FrameWriter(connection, { onFailure: end });
  writer.send({ head: new TextDecoder().decode(secret).trim(), parts: [] });
  const requests = open((messages) => {
    for (const message of messages) writer.send(frameOfReply(message));
  });
  const reader = new FrameReader(connection, null);
  for (;;) {
    const frame = await reader.next(galleryPart);
    if (frame === null) end();
    requests.take([requestOf(frame)]);
  }
}

/** Ends this process at once: without its node it has no purpose. */
function end(): never {
  Deno.exit(0);
}
