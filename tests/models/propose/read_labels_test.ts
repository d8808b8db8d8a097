import fc from "fast-check";
import { labelsOfPython, readLabels } from "../../../models/propose/read_labels.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";

Deno.test("readLabels() reads lines, and the common JSON formats of labels", () => {
  const table: string[] = [
    "cat\ndog\n",
    "\ufeffcat\r\n dog \r\n\r\n",
    "n02123045 cat\nn02085620 dog",
    '["cat", "dog"]',
    '{"0": "cat", "1": "dog"}',
    '{"architectures": ["Net"], "id2label": {"1": "dog", "0": "cat"}}',
    '{"names": ["cat", "dog"]}',
    '{"0": ["n02123045", "cat"], "1": ["n02085620", "dog"]}',
  ];
  for (const text of table) assertEquals(readLabels(text, "labels"), ["cat", "dog"], text);
});

Deno.test("readLabels() refuses invalid files, naming the file and the fault", () => {
  const table: [text: string, fault: string][] = [
    ["", "holds none"],
    ["cat\n\ndog", "of class 1"],
    ["[1, 2]", "holds 1"],
    ['{"0": "cat", "2": "dog"}', "none of class 1"],
    ["{cat", "begins like JSON"],
    ["{}", "holds none"],
    ["a\u0007b", "of class 0"],
  ];
  for (const [text, fault] of table) {
    const error = assertThrows(() => readLabels(text, "names.txt"), DmlError);
    assertEquals(error.code, "model_invalid");
    assertStringIncludes(error.message, "names.txt");
    assertStringIncludes(error.message, fault);
  }
});

Deno.test("readLabels() and labelsOfPython() never crash", () => {
  const text = fc.oneof(fc.string(), fc.json(), fc.string().map((inside) => `{0: '${inside}'`));
  fc.assert(fc.property(text, (written) => {
    labelsOfPython(written);
    try {
      readLabels(written, "it");
    } catch (error) {
      if (!(error instanceof DmlError)) throw error;
    }
  }));
});

Deno.test("labelsOfPython() reads the dictionaries that exporters write, and nothing else", () => {
  assertEquals(labelsOfPython("{0: 'person', 1: \"cat's eye\", 2: 'it\\'s'}"), ["person", "cat's eye", "it's"]);
  for (const other of ["", "{}", "{1: 'a'}", "{0: 'a', 2: 'b'}", "{0: a}", "['a']", "{0: 'a'} x"]) {
    assertEquals(labelsOfPython(other), null, other);
  }
});
