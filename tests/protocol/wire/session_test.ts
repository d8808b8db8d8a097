import fc from "fast-check";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";
import { InvariantError } from "../../../protocol/kernel/invariant.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { mayCome } from "../../../protocol/messages/direction.ts";
import { type Message, messageSchema, type MessageType } from "../../../protocol/messages/message.ts";
import {
  advanceSession,
  negotiateVersion,
  type Phase,
  type SessionInput,
  type SessionOutput,
  type SessionStep,
  startMasterSession,
  startNodeSession,
} from "../../../protocol/wire/session.ts";
import { SAMPLE_MESSAGES } from "../sample_messages.ts";
import { PROTOCOL_VERSION } from "../../../protocol/messages/hello.ts";

const { hello, challenge, proof, welcome, goodbye, reject } = SAMPLE_MESSAGES;
const ALL_MESSAGES: readonly Message[] = Object.values(SAMPLE_MESSAGES);
const WELCOME = { version: "0.1.0", sessionSecret: "dmls_0", heartbeatIntervalMs: 1_000, deadAfterMs: 6_000 };
const VERIFIED = { kind: "verified", isGenuine: true } as const;
const SIGNED = { kind: "signed", signature: proof.signature } as const;

function received(message: Message): SessionInput {
  return { kind: "received", message };
}

/** Returns the step after all of `inputs`, with the outputs of the last one. */
function run(start: SessionStep, ...inputs: readonly SessionInput[]): SessionStep {
  return inputs.reduce((step, input) => advanceSession(step.state, input), start);
}

function newMaster(nowMs = 0, options: { helloTimeoutMs?: number } = {}): SessionStep {
  return startMasterSession(nowMs, { challenge: challenge.challenge, ...options });
}

/** Returns a step into each phase, by side. */
const PHASES: Readonly<Record<"master" | "node", { readonly [Name in Phase]?: () => SessionStep }>> = {
  master: {
    awaiting_hello: newMaster,
    awaiting_proof: () => run(newMaster(), received(hello)),
    verifying: () => run(newMaster(), received(hello), received(proof)),
    deciding: () => run(newMaster(), received(hello), received(proof), VERIFIED),
    open: openMaster,
    closed: () => run(newMaster(), { kind: "lost" }),
  },
  node: {
    awaiting_challenge: () => startNodeSession(0, { hello }),
    signing: () => run(startNodeSession(0, { hello }), received(challenge)),
    awaiting_welcome: () => run(startNodeSession(0, { hello }), received(challenge), SIGNED),
    open: openNode,
    closed: () => run(startNodeSession(0, { hello }), { kind: "lost" }),
  },
};

function openMaster(): SessionStep {
  return run(newMaster(), received(hello), received(proof), VERIFIED, { kind: "accept", welcome: WELCOME });
}

function openNode(): SessionStep {
  return run(startNodeSession(0, { hello }), received(challenge), SIGNED, received(welcome));
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

Deno.test("a master's session challenges the node, checks its proof, and is open once it was accepted", () => {
  const start = newMaster(50);
  assertEquals(start.state.deadlineMs, 50 + LIMITS.helloTimeoutMs);
  assertEquals(start.outputs, []);

  const greeted = run(start, received(hello));
  assertEquals(greeted.outputs, [{ kind: "send", message: challenge }]);
  assertEquals(greeted.state.deadlineMs, start.state.deadlineMs, "one deadline for the whole handshake");

  const verifying = run(greeted, received(proof));
  const { publicKey } = hello;
  assertEquals(verifying.outputs, [{
    kind: "verify",
    publicKey,
    challenge: challenge.challenge,
    signature: proof.signature,
  }]);
  assertEquals([verifying.state.phase, verifying.state.deadlineMs], ["verifying", null]);

  const deciding = run(verifying, VERIFIED);
  assertEquals(deciding.outputs, [{ kind: "admit", hello }]);
  assertEquals(deciding.state.phase, "deciding");

  const open = run(deciding, { kind: "accept", welcome: WELCOME });
  assertEquals([open.state.phase, open.state.protocol, open.state.hello], ["open", PROTOCOL_VERSION.max, null]);
  assertEquals(open.outputs, [{
    kind: "send",
    message: { type: "welcome", protocol: PROTOCOL_VERSION.max, ...WELCOME },
  }]);
});

Deno.test("a node's session says hello, signs the challenge and is open once welcomed", () => {
  const start = startNodeSession(0, { hello });
  assertEquals(start.outputs, [{ kind: "send", message: hello }]);
  const signing = run(start, received(challenge));
  assertEquals(signing.outputs, [{ kind: "sign", challenge: challenge.challenge }]);
  const proven = run(signing, SIGNED);
  assertEquals(proven.outputs, [{ kind: "send", message: proof }]);
  assertEquals(proven.state.deadlineMs, LIMITS.helloTimeoutMs, "one deadline for the whole handshake");
  const open = run(proven, received(welcome));
  assertEquals([open.state.phase, open.state.protocol, open.state.deadlineMs], ["open", PROTOCOL_VERSION.max, null]);
  assertEquals(open.outputs, [{ kind: "deliver", message: welcome }]);
});

Deno.test("a master rejects a node that does not prove its key", () => {
  const step = run(newMaster(), received(hello), received(proof), { kind: "verified", isGenuine: false });
  assertEnded(step, "reject", "forbidden");
});

/** Messages of the handshake that each phase takes, and the phase that follows. */
const HANDSHAKE: Readonly<Record<"master" | "node", Readonly<Record<string, readonly [MessageType, Phase][]>>>> = {
  master: {
    awaiting_hello: [["hello", "awaiting_proof"]],
    awaiting_proof: [["proof", "verifying"]],
    verifying: [],
    deciding: [],
    open: [],
    closed: [],
  },
  node: {
    awaiting_challenge: [["challenge", "signing"], ["reject", "closed"]],
    signing: [["reject", "closed"]],
    awaiting_welcome: [["welcome", "open"], ["reject", "closed"]],
    open: [],
    closed: [],
  },
};

for (const side of ["master", "node"] as const) {
  Deno.test(`a ${side}'s session takes each message in its own phase, once, and ends at any other`, () => {
    const from = side === "master" ? "node" : "master";
    for (const [phase, stepInto] of Object.entries(PHASES[side])) {
      for (const message of ALL_MESSAGES) {
        const before = stepInto();
        assertEquals(before.state.phase, phase);
        const step = run(before, received(message));
        const what = `${message.type} while ${phase}`;
        const next = HANDSHAKE[side][phase].find(([type]) => type === message.type)?.[1];
        if (phase === "closed") assertEquals(step, { state: before.state, outputs: [] }, what);
        else if (message.type === "goodbye") assertEquals(delivered(step.outputs), [goodbye], what);
        else if (next !== undefined) assertEquals(step.state.phase, next, what);
        else if (phase === "open" && mayCome(message.type, { from }) && !isHandshake(message.type)) {
          assertEquals([step.state.phase, delivered(step.outputs)], ["open", [message]], what);
        } else {
          assertEnded(step, "goodbye", "message_invalid");
          const close = step.outputs[1];
          assert(close.kind === "close");
          assertStringIncludes(close.reason, message.type);
        }
      }
    }
  });
}

function isHandshake(type: MessageType): boolean {
  return ["hello", "challenge", "proof", "welcome", "reject"].includes(type);
}

/** Outcomes of the shell, and the phase that each belongs to. */
const OUTCOMES: ReadonlyMap<SessionInput, Phase> = new Map<SessionInput, Phase>([
  [SIGNED, "signing"],
  [VERIFIED, "verifying"],
  [{ kind: "accept", welcome: WELCOME }, "deciding"],
  [{ kind: "refuse", code: "forbidden", reason: "No." }, "deciding"],
]);

Deno.test("an outcome of the shell counts in its phase alone, and one that comes late changes nothing", () => {
  for (const steps of Object.values(PHASES)) {
    for (const [phase, stepInto] of Object.entries(steps)) {
      for (const [outcome, right] of OUTCOMES) {
        const { state } = stepInto();
        if (phase === "closed") assertEquals(advanceSession(state, outcome), { state, outputs: [] });
        else if (phase === right) assert(advanceSession(state, outcome).outputs.length > 0);
        else assertThrows(() => advanceSession(state, outcome), InvariantError, phase);
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
    const step = run(PHASES.node.awaiting_welcome!(), received({ ...welcome, protocol }));
    assertEnded(step, "goodbye", "protocol_version");
  }
});

Deno.test("refuse rejects with code and reason, however long", () => {
  const deciding = PHASES.master.deciding!();
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
  const helloTimeoutMs = 70;
  const [master, node] = [newMaster(30, { helloTimeoutMs }), startNodeSession(30, { hello, helloTimeoutMs })];
  const signing = run(node, received(challenge));
  for (const start of [master, run(master, received(hello)), node, signing, run(signing, SIGNED)]) {
    assertEquals(run(start, { kind: "tick", nowMs: 99 }), { state: start.state, outputs: [] });
    assertEnded(run(start, { kind: "tick", nowMs: 100 }), "goodbye", "handshake_timeout");
  }
  for (const open of [openMaster(), openNode()]) {
    assertEquals(run(open, { kind: "tick", nowMs: 1e9 }).outputs, []);
  }
});

Deno.test("a hello of a version that the codec does not let through is a bug", () => {
  const { state } = newMaster();
  const future = received({ ...hello, protocol: { min: PROTOCOL_VERSION.max + 1, max: PROTOCOL_VERSION.max + 2 } });
  assertThrows(() => advanceSession(state, future), InvariantError, "codec");
});

Deno.test("a session delivers no work that the handshake did not admit, and is silent once closed", () => {
  const input: fc.Arbitrary<SessionInput> = fc.oneof(
    fc.constantFrom(...ALL_MESSAGES).map(received),
    fc.nat(20_000).map((nowMs) => ({ kind: "tick" as const, nowMs })),
    fc.constant({ kind: "leave" as const, code: "internal" as const, reason: "x" }),
    fc.constant({ kind: "lost" as const }),
    fc.constantFrom<SessionInput>(...OUTCOMES.keys()),
  );
  fc.assert(fc.property(fc.boolean(), fc.array(input), (isMaster, inputs) => {
    let { state } = isMaster ? newMaster() : startNodeSession(0, { hello });
    for (const input of inputs) {
      const right = OUTCOMES.get(input);
      if (right !== undefined && state.phase !== right) continue;
      const before = state.phase;
      const step = advanceSession(state, input);
      if (before === "closed") assertEquals(step, { state, outputs: [] });
      for (const message of delivered(step.outputs)) {
        assert(mayCome(message.type, { from: isMaster ? "node" : "master" }));
        if (before !== "open") {
          assert(["welcome", "reject", "goodbye"].includes(message.type));
        }
      }
      const isClosing = step.outputs.some(({ kind }) => kind === "close");
      assertEquals(isClosing, step.state.phase === "closed" && before !== "closed" && input.kind !== "lost");
      state = step.state;
    }
  }));
});
