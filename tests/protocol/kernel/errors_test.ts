import { assert, assertEquals, assertStrictEquals } from "../../assert.ts";
import { asDmlError, DmlError, ERRORS, isErrorCode } from "../../../protocol/kernel/errors.ts";

Deno.test("ERRORS gives each code an HTTP error status, a failing exit code and a way out that is a sentence", () => {
  for (const [code, kind] of Object.entries(ERRORS)) {
    assert(/^[a-z]+(_[a-z]+)*$/.test(code), code);
    assert(kind.status >= 400 && kind.status <= 599, code);
    assert(kind.exit > 0 && kind.exit < 256, code);
    assert(/^[^.].{8,}\.$/s.test(kind.advice), `${code}: ${kind.advice}`);
  }
});

Deno.test("DmlError carries the kind of its code, its cause and its own advice before the table's", () => {
  const cause = new Error("disk");
  const error = new DmlError("disk_full", "No space left for x.", { cause });
  assertEquals(error.kind.status, 507);
  assertStrictEquals(error.cause, cause);
  assertEquals(error.advice, ERRORS.disk_full.advice);
  assertEquals(new DmlError("usage", "No.", { advice: "Do y." }).advice, "Do y.");
});

Deno.test("asDmlError() keeps what is known and names what is not", () => {
  const known = new DmlError("queue_full", "Full.");
  assertStrictEquals(asDmlError(known), known);
  const unknown = new TypeError("x is not a function");
  assertEquals(asDmlError(unknown).code, "internal");
  assertStrictEquals(asDmlError(unknown).cause, unknown);
  assertEquals(asDmlError("boom", "connection_lost").message, "boom");
});

Deno.test("isErrorCode() knows the codes and not what every object inherits", () => {
  assert(isErrorCode("queue_full"));
  assert(!isErrorCode("toString"));
  assert(!isErrorCode("__proto__"));
});
