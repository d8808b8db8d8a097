import fc from "fast-check";
import { assert, assertEquals } from "../../assert.ts";
import { ConnectionTable, type CountedConnection } from "../../../protocol/kernel/connection_table.ts";

function connection(address: string): CountedConnection & { readonly id: symbol } {
  return { address, id: Symbol(address) };
}

Deno.test("ConnectionTable takes connections until there are as many as may be", () => {
  const table = new ConnectionTable({ connectionsMax: 2, perAddressMax: 2 });
  const first = connection("a");
  for (const added of [first, connection("b")]) {
    assertEquals(table.admission(added.address), { isAdmitted: true, instead: null });
    table.add(added);
  }
  assertEquals(table.admission("c"), { isAdmitted: true, instead: first });
});

Deno.test("ConnectionTable closes the connection that is idle longest, never one with a request", () => {
  const table = new ConnectionTable({ connectionsMax: 3, perAddressMax: 3 });
  const [first, second, third] = ["a", "a", "a"].map(connection);
  for (const added of [first, second, third]) table.add(added);
  table.markBusy(first);
  assertEquals(table.admission("b"), { isAdmitted: true, instead: second });
  table.markIdle(first);
  table.markBusy(second);
  assertEquals(table.admission("b"), { isAdmitted: true, instead: third }, "the first is idle since later");
  table.markBusy(third);
  table.markBusy(first);
  assertEquals(table.admission("b"), { isAdmitted: false });
});

Deno.test("ConnectionTable lets a flood from one address close its own connections", () => {
  const table = new ConnectionTable({ connectionsMax: 4, perAddressMax: 2 });
  const other = connection("other");
  table.add(other);
  const flood = Array.from({ length: 10 }, () => connection("flood"));
  for (const added of flood) {
    const admission = table.admission("flood");
    assert(admission.isAdmitted && admission.instead !== other);
    if (admission.instead !== null) table.remove(admission.instead);
    table.add(added);
  }
  assertEquals(table.size, 3);
  const wide = new ConnectionTable({ connectionsMax: 3, perAddressMax: 3 });
  const [one, two] = [connection("flood"), connection("flood")];
  for (const added of [other, one, two]) wide.add(added);
  assertEquals(wide.admission("third"), { isAdmitted: true, instead: one }, "of the address with the most");
});

Deno.test("ConnectionTable never holds more than its limits, whatever happens", () => {
  const steps = fc.array(
    fc.record({ address: fc.constantFrom("a", "b", "c", "d"), step: fc.constantFrom("open", "busy", "idle", "end") }),
  );
  fc.assert(fc.property(steps, (steps) => {
    const [connectionsMax, perAddressMax] = [5, 3];
    const table = new ConnectionTable({ connectionsMax, perAddressMax });
    const open = new Map<CountedConnection, boolean>();
    for (const { address, step } of steps) {
      const own = [...open.keys()].filter((held) => held.address === address);
      if (step === "open") {
        const admission = table.admission(address);
        if (!admission.isAdmitted) continue;
        if (admission.instead !== null) {
          assertEquals(open.get(admission.instead), false, "it had no request");
          table.remove(admission.instead);
          open.delete(admission.instead);
        }
        const added = connection(address);
        table.add(added);
        open.set(added, false);
      } else if (own.length > 0) {
        if (step === "end") table.remove(own[0]);
        else if (step === "busy") table.markBusy(own[0]);
        else table.markIdle(own[0]);
        if (step === "end") open.delete(own[0]);
        else open.set(own[0], step === "busy");
      }
      assertEquals(table.size, open.size);
      assert(open.size <= connectionsMax);
      for (const name of ["a", "b", "c", "d"]) {
        assert([...open.keys()].filter((held) => held.address === name).length <= perAddressMax);
      }
    }
  }));
});
