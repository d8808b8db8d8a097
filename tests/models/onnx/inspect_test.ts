import fc from "fast-check";
import { inspectOnnx } from "../../../models/onnx/inspect.ts";
import { refuseUnservable } from "../../../models/onnx/refuse_unservable.ts";
import { proposeManifest } from "../../../models/propose/propose_manifest.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";
import { writtenModel } from "./written_model.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

function refusal(bytes: Uint8Array): DmlError {
  const error = assertThrows(() => inspectOnnx(bytes), DmlError);
  assertEquals(error.code, "model_invalid");
  return error;
}

Deno.test("inspectOnnx() reads inputs, outputs, operators with their sets, and metadata of exporters", () => {
  const found = inspectOnnx(writtenModel({
    inputs: [{ name: "images", dims: ["batch", 3, 224, null], type: 2 }],
    outputs: [{ name: "scores", dims: [1, 10] }],
    nodes: [
      { operator: "Relu", inputs: ["images"], outputs: ["a"] },
      { operator: "Softmax", inputs: ["a"], outputs: ["b"] },
      { operator: "Reshape", inputs: ["b"], outputs: ["scores"] },
      { operator: "Gelu", inputs: ["a"], outputs: ["c"], domain: "com.microsoft" },
    ],
    operatorSets: { "": 17, "com.microsoft": 1 },
    metadata: { names: "{0: 'a'}" },
  }));
  assertEquals(found.inputs, [{ name: "images", type: "uint8", dims: ["batch", 3, 224, null] }]);
  assertEquals(found.outputs, [{ name: "scores", type: "float32", dims: [1, 10] }]);
  assertEquals(found.operators.map(({ domain, name }) => `${domain}:${name}`), [
    "ai.onnx:Relu",
    "ai.onnx:Reshape",
    "ai.onnx:Softmax",
    "com.microsoft:Gelu",
  ]);
  assertEquals([...found.operatorSets], [["ai.onnx", 17], ["com.microsoft", 1]]);
  assertEquals(found.lastOperators.get("scores"), "Softmax");
  assertEquals(found.metadata.get("names"), "{0: 'a'}");
  assertEquals(found.producer, "tests");
});

Deno.test("inspectOnnx() does not list weights as inputs, and names weights that are stored in other files", () => {
  const found = inspectOnnx(writtenModel({
    inputs: [{ name: "in", dims: [2] }, { name: "weight", dims: [2] }],
    external: ["weight"],
  }));
  assertEquals(found.inputs.map(({ name }) => name), ["in"]);
  assertEquals(found.externalTensors, ["weight"]);
});

Deno.test("inspectOnnx() recognises files of other formats, and advises how to convert the model", () => {
  const table: [bytes: Uint8Array, message: string, advice: string][] = [
    [new Uint8Array(), "it is empty", ""],
    [bytesOf("<!DOCTYPE html><html>"), "a web page", "raw"],
    [bytesOf("version https://git-lfs.github.com/spec/v1\noid"), "Git LFS", "git lfs pull"],
    [Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), "a PNG", "dml predict"],
    [Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), "a JPEG", "dml predict"],
    [bytesOf("PK\x03\x04rest"), "PyTorch", "torch.onnx.export"],
    [bytesOf("\x1c\0\0\0TFL3"), "TensorFlow Lite", "tf2onnx"],
    [bytesOf('{"a": 1}'), "JSON", "--manifest"],
    [bytesOf("hello world, this is text"), "ONNX", ""],
  ];
  for (const [bytes, message, advice] of table) {
    const error = refusal(bytes);
    assertStringIncludes(error.message, message);
    assertStringIncludes(error.advice, advice);
  }
});

Deno.test("inspectOnnx() refuses a file truncated at any position", () => {
  const whole = writtenModel();
  inspectOnnx(whole);
  // After the graph only the operator sets follow, so every shorter file lacks something required.
  for (let length = 0; length < whole.length; length++) refusal(whole.subarray(0, length));
});

Deno.test("inspectOnnx(), refuseUnservable() and proposeManifest() never crash on damaged files", () => {
  const whole = writtenModel({
    inputs: [{ name: "images", dims: ["batch", 3, 640, 640] }],
    outputs: [{ name: "output0", dims: [1, 84, 8_400] }],
    operatorSets: { "": 17, "com.microsoft": 1 },
    metadata: { names: "{0: 'person', 1: 'dog'}" },
    external: ["weight"],
  });
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), fc.nat(whole.length), (changes, length) => {
      const damaged = whole.slice(0, length === 0 ? undefined : length);
      for (const [at, byte] of changes) if (at < damaged.length) damaged[at] = byte;
      try {
        const inspection = inspectOnnx(damaged);
        try {
          refuseUnservable(inspection);
        } catch (error) {
          if (!(error instanceof DmlError)) throw error;
        }
        proposeManifest(inspection, {
          name: "net",
          version: 1,
          description: "",
          license: "MIT",
          file: { digest: digestOf(damaged), size: damaged.length },
          dml: "0.1.0",
          labels: null,
          answers: {},
        });
      } catch (error) {
        if (!(error instanceof DmlError)) throw error;
        assertEquals(error.code, "model_invalid");
      }
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("refuseUnservable() names everything that no node could run", () => {
  const table: [parts: Parameters<typeof writtenModel>[0], message: string][] = [
    [{ external: ["big"] }, "big lie in another file"],
    [{ irVersion: 99 }, "IR version 99"],
    [{ operatorSets: { "": 99 } }, "version 99 of the operators of ai.onnx"],
    [{ nodes: [{ operator: "Mine", inputs: ["in"], outputs: ["out"], domain: "org.acme" }] }, "org.acme:Mine"],
    [{ outputs: [] }, "gives no output"],
    [{ inputs: [{ name: "brain", dims: [2], type: 16 }] }, "brain is bfloat16[2]"],
  ];
  for (const [parts, message] of table) {
    const error = assertThrows(() => refuseUnservable(inspectOnnx(writtenModel(parts))), DmlError);
    assertEquals(error.code, "model_invalid");
    assertStringIncludes(error.message, message);
  }
  refuseUnservable(inspectOnnx(writtenModel()));
  refuseUnservable(inspectOnnx(writtenModel({ inputs: [] })));
  refuseUnservable(inspectOnnx(writtenModel({ inputs: [{ name: "half", dims: [2], type: 10 }] })));
  refuseUnservable(inspectOnnx(writtenModel({ outputs: [{ name: "words", dims: [2], type: 8 }] })));
});
