import { FileOrders } from "../../../node/files/file_orders.ts";
import type { OrderBodies } from "../../../node/files/order_bodies.ts";
import { LocalFiles } from "../../../protocol/files/local_files.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import type { FileAction, FileFailed } from "../../../protocol/messages/files.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { listLog } from "../../master/master_fixture.ts";
import { FileTree } from "../../user/file_tree.ts";

const ORDER = `order_${"0".repeat(20)}`;

/** Carries out one order with this request, and returns the answer or the failure. */
async function carryOut(
  action: FileAction,
  request: unknown,
  { tree, isProtected = true }: { tree: FileTree | null; isProtected?: boolean },
) {
  const outcome = Promise.withResolvers<{ answer?: unknown; failed?: FileFailed }>();
  const body = new TextEncoder().encode(typeof request === "string" ? request : JSON.stringify(request));
  const bodies: OrderBodies = {
    fetch: () => Promise.resolve(body),
    put: (_, answer) => Promise.resolve(outcome.resolve({ answer: JSON.parse(new TextDecoder().decode(answer)) })),
  };
  const logged: Parameters<typeof listLog>[0] = [];
  const files = tree === null ? null : await LocalFiles.open(tree.path, { clock: SYSTEM_CLOCK });
  const orders = new FileOrders({ files, bodies, isProtected: () => isProtected, log: listLog(logged) });
  const message = { type: "file.order", orderId: ORDER, action, bodyBytes: body.length } as const;
  orders.receive(message, (failed) => outcome.resolve({ failed }));
  return { ...await outcome.promise, messages: logged.map((line) => line.message) };
}

Deno.test("receive() carries out an order, logs what changes files, and puts the answer", async () => {
  using tree = new FileTree({ "a.txt": "a" });
  const listed = await carryOut("list", { path: "", depth: "children", after: null }, { tree });
  assertEquals((listed.answer as { entries: { path: string }[] }).entries.map(({ path }) => path), ["a.txt"]);
  assertEquals(listed.messages, []);
  const removed = await carryOut("remove", { path: "a.txt", isRecursive: false }, { tree });
  assertEquals([removed.answer, removed.messages], [{ files: 1, directories: 0 }, ["An admin removed files."]]);
  assertEquals(tree.names(), []);
});

Deno.test("receive() refuses without a directory, without TLS, and what is no request", async () => {
  using tree = new FileTree({ "a.txt": "a" });
  const list = { path: "", depth: "children", after: null };
  const closed = await carryOut("list", list, { tree: null });
  assertEquals(closed.failed?.code, "files_refused");
  assertStringIncludes(closed.failed?.reason ?? "", "--files");
  assertEquals((await carryOut("list", list, { tree, isProtected: false })).failed?.code, "files_refused");
  for (const request of ["no JSON", { path: "../x", depth: "children", after: null }, { path: "" }]) {
    assertEquals((await carryOut("list", request, { tree })).failed?.code, "request_invalid");
  }
  assertEquals((await carryOut("remove", { path: "b", isRecursive: false }, { tree })).failed?.code, "file_not_found");
  assertEquals(tree.names(), ["a.txt"]);
});

Deno.test("receive() leaves other messages alone, and disconnected() ends what runs without an answer", async () => {
  using tree = new FileTree({});
  const fetching = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const bodies: OrderBodies = {
    fetch: (_, { signal }) => {
      fetching.resolve();
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))))
        .finally(ended.resolve) as Promise<never>;
    },
    put: () => Promise.reject(new Error("There is no answer.")),
  };
  const files = await LocalFiles.open(tree.path, { clock: SYSTEM_CLOCK });
  const orders = new FileOrders({ files, bodies, isProtected: () => true, log: listLog([]) });
  assertEquals(orders.receive({ type: "ping" }, () => {}), false);
  const failures: FileFailed[] = [];
  orders.receive(
    { type: "file.order", orderId: ORDER, action: "list", bodyBytes: 1 },
    (one) => void failures.push(one),
  );
  await fetching.promise;
  orders.disconnected();
  await ended.promise;
  assertEquals(failures, []);
});
