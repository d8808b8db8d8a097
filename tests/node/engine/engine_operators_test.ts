import "./started_onnx.ts";
import { ENGINE_IR_VERSION_MAX, ENGINE_OPERATOR_SETS, plainRefusal } from "../../../models/onnx/engine_operators.ts";
import { createModelSession } from "../../../node/engine/onnx_session.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { type ModelParts, writtenModel } from "../../models/onnx/written_model.ts";

/** An operator of each set that exists in every version from some version on. */
const OPERATORS = { "ai.onnx": "Relu", "ai.onnx.ml": "Binarizer", "com.microsoft": "Gelu" } as const;

async function refusalOf(parts: ModelParts): Promise<string | null> {
  try {
    await (await createModelSession(writtenModel(parts))).release();
    return null;
  } catch (error) {
    if (!(error instanceof DmlError)) throw error;
    return plainRefusal(error.message);
  }
}

function using(domain: keyof typeof OPERATORS, version: number): ModelParts {
  const own = domain === "ai.onnx" ? "" : domain;
  return {
    nodes: [{ operator: OPERATORS[domain], inputs: ["in"], outputs: ["out"], domain: own }],
    operatorSets: { "": 13, [own]: version },
  };
}

Deno.test("ENGINE_OPERATOR_SETS are the newest that the engine supports: the next version of each is refused", async () => {
  for (const { domain, version } of ENGINE_OPERATOR_SETS) {
    assertEquals(await refusalOf(using(domain, version)), null, `${domain} ${version}`);
    assertEquals(await refusalOf(using(domain, version + 1)) === null, false, `${domain} ${version + 1}`);
  }
});

Deno.test("ENGINE_IR_VERSION_MAX is the newest that the engine reads", async () => {
  assertEquals(await refusalOf({ irVersion: ENGINE_IR_VERSION_MAX }), null);
  await assertRejects(() => createModelSession(writtenModel({ irVersion: ENGINE_IR_VERSION_MAX + 1 })), DmlError);
});

Deno.test("plainRefusal() names the operator that the engine's message says it lacks", async () => {
  const node = { operator: "Frobnicate", inputs: ["in"], outputs: ["out"] };
  assertEquals(await refusalOf({ nodes: [node] }), "it has no operator Frobnicate in version 13 of its set");
  const other = { nodes: [{ ...node, domain: "org.acme" }], operatorSets: { "": 13, "org.acme": 1 } };
  assertEquals(await refusalOf(other), "it has no operator Frobnicate of org.acme");
  assertEquals(
    await refusalOf(using("ai.onnx", 1)),
    "it has no operator Relu as version 1 of its set defines it",
  );
});

Deno.test("plainRefusal() puts other messages of the engine on one line, without paths of its build", () => {
  assertEquals(
    plainRefusal(
      "The model file failed: … ERROR_MESSAGE: Got invalid dimensions\n index: 3 Got: 32\n Please fix either the inputs/outputs or the model.",
    ),
    "Got invalid dimensions index: 3 Got: 32",
  );
  assertEquals(plainRefusal("Plain words."), "Plain words.");
});
