/** Tests of engines that are processes, with real ones. They are watched through `/proc`. */
import { EMPTY } from "../../../../models/catalog/empty.ts";
import { digest } from "../../instructions.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { isRunning } from "../../../../tools/node_processes.ts";
import { ProcessFixture } from "./process_fixture.ts";

const MIB = 1024 * 1024;
const ignore = Deno.build.os !== "linux";

Deno.test({ name: "EngineProcesses.spawn() starts processes that hold no permission", ignore }, async () => {
  await using engines = await ProcessFixture.open();
  assertEquals(await engines.answer("permissions"), "It holds: nothing.");
});

Deno.test({ name: "a process that spins is killed at the deadline of its picture", ignore }, async () => {
  await using engines = await ProcessFixture.open();
  const before = await engines.number();
  await engines.fails("worker_died", engines.run("spin", { deadlineMs: 200 }));
  assert(!isRunning(before), "it has ended before its slot is free");
  const after = await engines.number();
  assert(isRunning(after) && after !== before);
});

Deno.test({ name: "a process that takes too much memory ends alone, and its memory is back", ignore }, async () => {
  await using engines = await ProcessFixture.open({ workers: 2 });
  const neighbour = engines.fails("shutting_down", engines.run("spin"));
  const bomber = await engines.number();
  await engines.run("hold");
  await engines.fails("worker_died", engines.run("bomb"));
  assert(!isRunning(bomber));
  assert(await engines.number() !== bomber);
  await engines.pool.close();
  await neighbour;
});

Deno.test({ name: "a process that is killed fails its own picture only, and is replaced", ignore }, async () => {
  await using engines = await ProcessFixture.open();
  const victim = await engines.number();
  const running = engines.run("spin");
  const waiting = engines.run("");
  Deno.kill(victim, "SIGKILL");
  await engines.fails("worker_died", running);
  await waiting;
  assertEquals(engines.starts.length, 2);
});

Deno.test({ name: "a process that is killed while it is idle fails no picture", ignore }, async () => {
  await using engines = await ProcessFixture.open();
  const victim = await engines.number();
  Deno.kill(victim, "SIGKILL");
  while (engines.starts.length < 2) await Deno.stat(".");
  await engines.run("");
});

Deno.test(
  { name: "an answer that is no prediction fails its picture, and its process is replaced", ignore },
  async () => {
    await using engines = await ProcessFixture.open();
    const before = await engines.number();
    await engines.fails("engine_failed", engines.run("lie"));
    assert(await engines.number() !== before);
  },
);

Deno.test({ name: "a process that keeps the memory of a model that is gone is replaced", ignore }, async () => {
  await using engines = await ProcessFixture.open();
  const [small, large] = [digest(2), digest(3)];
  const withFile = (role: string) => () => Promise.resolve(new Map([[role, new Uint8Array(1)]]));
  const before = await engines.number();
  await engines.pool.load(small, EMPTY.manifest, withFile("small"));
  const { memoryBytes = 0 } = await engines.pool.load(large, EMPTY.manifest, withFile("large"));
  assert(memoryBytes > 160 * MIB, `${memoryBytes} bytes were measured`);
  await engines.pool.unload(small);
  assertEquals(await engines.number(), before);
  await engines.pool.unload(large);
  while (isRunning(before)) await Deno.stat(".");
  assert(await engines.number() !== before);
});

Deno.test({ name: "EngineKeeper kills processes that spin once its node has ended", ignore }, async () => {
  await using engines = await ProcessFixture.open();
  const number = await engines.number();
  const spinning = engines.fails("worker_died", engines.run("spin"));
  await engines.keeper.close();
  assert(!isRunning(number));
  await spinning;
});

Deno.test({ name: "EngineProcesses accepts a secret once, and no other", ignore }, async () => {
  await using engines = await ProcessFixture.open();
  const [{ port, secret }] = engines.starts;
  for (const wrong of [secret, "0".repeat(64), ""]) {
    using stranger = await Deno.connect({ hostname: "127.0.0.1", port });
    const text = JSON.stringify(wrong);
    const greeting = new Uint8Array([text.length, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(text)]);
    await stranger.write(greeting);
    assertEquals(await stranger.read(new Uint8Array(1)), null);
  }
  await engines.run("");
});
