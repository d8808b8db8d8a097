import fc from "fast-check";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";
import { InvariantError } from "../../../protocol/kernel/invariant.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { mayCome } from "../../../protocol/messages/direction.ts";
import { type Message, messageSchema, type MessageType } from "../../../protocol/messages/message.ts";
import {
  advanceSession,
  negotiateVersion,
  type SessionInput,
  type SessionOutput,
  type SessionStep,
  startMasterSession,
  startNodeSession,
} from "../../../protocol/wire/session.ts";
import { SAMPLE_MESSAGES } from "../sample_messages.ts";
import { PROTOCOL_VERSION } from "../../../protocol/messages/hello.ts";

const { hello, welcome, goodbye, reject } = SAMPLE_MESSAGES;
const ALL_MESSAGES: readonly Message[] = Object.values(SAMPLE_MESSAGES);
const WELCOME = { version: "0.1.0", heartbeatIntervalMs: 1_000, deadAfterMs: 6_000 };

function received(message: Message): SessionInput {
  return { kind: "received", message };
}

/** Returns the step after all of `inputs`, with the outputs of the last one. */
function run(start: SessionStep, ...inputs: readonly SessionInput[]): SessionStep {
  return inputs.reduce((step, input) => advanceSession(step.state, input), start);
}

function openMaster(): SessionStep {
  return run(startMasterSession(0), received(hello), { kind: "accept", welcome: WELCOME });
}

function openNode(): SessionStep {
  return run(startNodeSession(0, { hello }), received(welcome));
}

/** Asserts that `step` ends the session with a message of `type` and the same code behind it. */
function assertEnded(step: SessionStep, type: "goodbye" | "reject", code: string): void {
  assertEquals(step.state.phase, "closed");
  const [send, close] = step.outputs;
  assert(send.kind === "send" && send.message.type === type && close.kind === "close");
  assertEquals([send.message.code, close.code], [code, code]);
  assertEquals(send.message.reason, close.reason);
}

function delivered(outputs: readonly SessionOutput[]): Message[] {
  return outputs.flatMap((output) => output.kind === "deliver" ? [output.message] : []);
}

Deno.test("negotiateVersion() finds the highest version that both speak", () => {
  const cases: [number, number, number, number, number | null][] = [
    [1, 1, 1, 1, 1],
    [1, 3, 2, 5, 3],
    [2, 5, 1, 3, 3],
    [1, 1, 2, 2, null],
    [3, 4, 1, 2, null],
    [1, 9, 5, 1, null],
  ];
  for (const [min, max, theirMin, theirMax, expected] of cases) {
    assertEquals(negotiateVersion({ min, max }, { min: theirMin, max: theirMax }), expected);
  }
});

Deno.test("negotiateVersion() agrees from either side", () => {
  const range = fc.record({ min: fc.integer({ min: 1, max: 9 }), max: fc.integer({ min: 1, max: 9 }) });
  fc.assert(fc.property(range, range, (ours, theirs) => {
    assertEquals(negotiateVersion(ours, theirs), negotiateVersion(theirs, ours));
  }));
});

Deno.test("a master's session is open once the hello was accepted", () => {
  const start = startMasterSession(50);
  assertEquals(start.state.deadlineMs, 50 + LIMITS.helloTimeoutMs);
  assertEquals(start.outputs, []);

  const deciding = run(start, received(hello));
  assertEquals(deciding.outputs, [{ kind: "deliver", message: hello }]);
  assertEquals([deciding.state.phase, deciding.state.deadlineMs], ["deciding", null]);

  const open = run(deciding, { kind: "accept", welcome: WELCOME });
  assertEquals([open.state.phase, open.state.protocol], ["open", PROTOCOL_VERSION.max]);
  assertEquals(open.outputs, [{
    kind: "send",
    message: { type: "welcome", protocol: PROTOCOL_VERSION.max, ...WELCOME },
  }]);
});

Deno.test("a node's session says hello and is open once welcomed", () => {
  const start = startNodeSession(0, { hello });
  assertEquals(start.outputs, [{ kind: "send", message: hello }]);
  const open = run(start, received(welcome));
  assertEquals([open.state.phase, open.state.protocol, open.state.deadlineMs], ["open", PROTOCOL_VERSION.max, null]);
  assertEquals(open.outputs, [{ kind: "deliver", message: welcome }]);
});

Deno.test("before the hello a master takes nothing but hello and goodbye", () => {
  for (const message of ALL_MESSAGES) {
    const step = run(startMasterSession(0), received(message));
    if (message.type === "hello") assertEquals(step.state.phase, "deciding");
    else if (message.type === "goodbye") assertEquals(delivered(step.outputs), [goodbye]);
    else assertEnded(step, "goodbye", "message_invalid");
  }
});

Deno.test("before the answer a node takes nothing but welcome, reject and goodbye", () => {
  for (const message of ALL_MESSAGES) {
    const step = run(startNodeSession(0, { hello }), received(message));
    if (["welcome", "reject", "goodbye"].includes(message.type)) {
      assertEquals(delivered(step.outputs), [message]);
    } else assertEnded(step, "goodbye", "message_invalid");
  }
});

Deno.test("while the hello is decided upon a node has to wait", () => {
  const deciding = run(startMasterSession(0), received(hello));
  assertEnded(run(deciding, received(hello)), "goodbye", "message_invalid");
  assertEnded(run(deciding, received(SAMPLE_MESSAGES.availability)), "goodbye", "message_invalid");
});

Deno.test("an open session delivers what the other side may send and ends at anything else", () => {
  for (
    const { side, start, from } of [
      { side: "master", start: openMaster(), from: "node" },
      { side: "node", start: openNode(), from: "master" },
    ] as const
  ) {
    for (const message of ALL_MESSAGES) {
      const step = run(start, received(message));
      const isHandshake = ["hello", "welcome", "reject"].includes(message.type);
      if (mayCome(message.type, { from }) && !isHandshake) {
        assertEquals(delivered(step.outputs), [message], `${message.type} to ${side}`);
      } else {
        assertEnded(step, "goodbye", "message_invalid");
        const close = step.outputs[1];
        assert(close.kind === "close");
        assertStringIncludes(close.reason, message.type);
      }
    }
  }
});

Deno.test("mayCome() knows every type, and each has a sender", () => {
  const types = messageSchema.options.map((schema): MessageType => schema.shape.type.value);
  assertEquals(types.toSorted(), Object.keys(SAMPLE_MESSAGES).toSorted());
  for (const type of types) {
    assert(mayCome(type, { from: "node" }) || mayCome(type, { from: "master" }), type);
  }
  assertEquals(mayCome("task.assign", { from: "node" }), false);
  assertEquals(mayCome("task.result", { from: "master" }), false);
});

Deno.test("a welcome to a version that the node does not speak is declined", () => {
  for (const protocol of [PROTOCOL_VERSION.min - 1, PROTOCOL_VERSION.max + 1]) {
    const step = run(startNodeSession(0, { hello }), received({ ...welcome, protocol }));
    assertEnded(step, "goodbye", "protocol_version");
  }
});

Deno.test("refuse rejects with code and reason, however long", () => {
  const deciding = run(startMasterSession(0), received(hello));
  const reason = "no ".repeat(2_000);
  const step = run(deciding, { kind: "refuse", code: "unauthorized", reason });
  assertEnded(step, "reject", "unauthorized");
  assert(step.outputs[0].kind === "send");
  assert(messageSchema.safeParse(step.outputs[0].message).success);
});

Deno.test("a reject or a goodbye closes with its code, an unknown one with connection_lost", () => {
  const rejected = run(startNodeSession(0, { hello }), received(reject));
  assertEquals(rejected.outputs[1], { kind: "close", code: "unauthorized", reason: reject.reason });
  const left = run(openMaster(), received(goodbye));
  assertEquals(left.outputs[1], { kind: "close", code: "shutting_down", reason: goodbye.reason });
  const odd = run(openMaster(), received({ ...goodbye, code: "bored" }));
  assertEquals(odd.outputs[1], { kind: "close", code: "connection_lost", reason: goodbye.reason });
});

Deno.test("tick ends a handshake that takes too long, and only then", () => {
  const options = { hello, helloTimeoutMs: 70 };
  for (const start of [startMasterSession(30, options), startNodeSession(30, options)]) {
    assertEquals(run(start, { kind: "tick", nowMs: 99 }), { state: start.state, outputs: [] });
    assertEnded(run(start, { kind: "tick", nowMs: 100 }), "goodbye", "handshake_timeout");
  }
  for (const open of [openMaster(), openNode()]) {
    assertEquals(run(open, { kind: "tick", nowMs: 1e9 }).outputs, []);
  }
});

Deno.test("accept and refuse without a hello are bugs", () => {
  const { state } = startMasterSession(0);
  assertThrows(() => advanceSession(state, { kind: "accept", welcome: WELCOME }), InvariantError);
  const refuse = { kind: "refuse", code: "forbidden", reason: "" } as const;
  assertThrows(() => advanceSession(openMaster().state, refuse), InvariantError);
  const future = received({ ...hello, protocol: { min: PROTOCOL_VERSION.max + 1, max: PROTOCOL_VERSION.max + 2 } });
  assertThrows(() => advanceSession(state, future), InvariantError, "codec");
});

Deno.test("a session delivers no work that the handshake did not admit, and is silent once closed", () => {
  const input: fc.Arbitrary<SessionInput> = fc.oneof(
    fc.constantFrom(...ALL_MESSAGES).map(received),
    fc.nat(20_000).map((nowMs) => ({ kind: "tick" as const, nowMs })),
    fc.constant({ kind: "leave" as const, code: "internal" as const, reason: "x" }),
    fc.constant({ kind: "lost" as const }),
    fc.constant({ kind: "accept" as const, welcome: WELCOME }),
  );
  fc.assert(fc.property(fc.boolean(), fc.array(input), (isMaster, inputs) => {
    let { state } = isMaster ? startMasterSession(0) : startNodeSession(0, { hello });
    for (const input of inputs) {
      if (input.kind === "accept" && state.phase !== "deciding") continue;
      const before = state.phase;
      const step = advanceSession(state, input);
      if (before === "closed") assertEquals(step, { state, outputs: [] });
      for (const message of delivered(step.outputs)) {
        assert(mayCome(message.type, { from: isMaster ? "node" : "master" }));
        if (before !== "open") {
          assert(["hello", "welcome", "reject", "goodbye"].includes(message.type));
        }
      }
      const isClosing = step.outputs.some(({ kind }) => kind === "close");
      assertEquals(isClosing, step.state.phase === "closed" && before !== "closed" && input.kind !== "lost");
      state = step.state;
    }
  }));
});
