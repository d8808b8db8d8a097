import { join } from "node:path";
import { findOwnMaster, homesOfMasters } from "../../../user/access/own_master.ts";
import { assertEquals } from "../../assert.ts";
import { FileTree } from "../file_tree.ts";

Deno.test("findOwnMaster() reads the address and the admin's token from the first directory with a master", () => {
  using tree = new FileTree({
    "empty/format": "2",
    "open/master/address.json": '{"here":"127.0.0.1:7400","elsewhere":"127.0.0.1:7400"}',
    "closed/master/address.json": '{"here":"127.0.0.1:7400","elsewhere":"10.0.0.1:7400"}',
    "closed/master/tokens.json": '{"user":"dmlu_0","node":"dmln_0","admin":"dmla_0"}',
    "secure/master/address.json": '{"here":"127.0.0.1:7400","elsewhere":"10.0.0.1:7400","pin":"abc"}',
    "secure/master/tokens.json": '{"admin":"dmla_0"}',
    "damaged/master/address.json": '{"here":1',
  });
  const at = (...names: string[]) => findOwnMaster(names.map((name) => join(tree.path, name)));
  const closed = { here: "127.0.0.1:7400", elsewhere: "10.0.0.1:7400", adminToken: "dmla_0" };
  assertEquals(at("empty", "damaged", "absent", "closed", "open"), closed);
  assertEquals(at("secure"), { ...closed, adminToken: "dmla_0_abc" });
  assertEquals(at("open"), { here: "127.0.0.1:7400", elsewhere: "127.0.0.1:7400", adminToken: null });
  assertEquals(at("empty", "absent"), null);
});

Deno.test("homesOfMasters() is the named directory, else those of the account and of a service of the host", () => {
  const host = { os: "linux", variable: (name: string) => name === "HOME" ? "/home/ann" : undefined };
  assertEquals(homesOfMasters("/data", host), ["/data"]);
  assertEquals(homesOfMasters(null, host), ["/home/ann/.local/share/dml", "/var/lib/dml"]);
  assertEquals(homesOfMasters(null, { os: "linux", variable: () => undefined }), ["/var/lib/dml"]);
});
