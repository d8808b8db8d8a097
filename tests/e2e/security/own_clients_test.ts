import { join } from "node:path";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { identityOf, newVouched } from "../../tls_identities.ts";
import { isMissing } from "../../host_tool.ts";
import { SecureCluster } from "./secure_cluster.ts";

const NAME = "dml.example.org";
const OK = '{"status":"ok"}';

/** Runs a program with an environment without proxies; returns what it wrote, or else its exit code. */
async function outputOf(program: string, ...lines: string[]): Promise<string> {
  const env = { no_proxy: "*", NO_PROXY: "*" };
  const { code, stdout } = await new Deno.Command(program, { args: lines, env, stderr: "null" }).output();
  return code === 0 ? new TextDecoder().decode(stdout).trim() : `exit code ${code}`;
}

const curl = (...flags: string[]) => outputOf("curl", "--silent", ...flags);
/** Exit code of curl for a certificate that nothing vouches for. */
const UNTRUSTED = "exit code 60";

Deno.test({
  name: "dml ca export gives curl and Python the authority of the master",
  ignore: isMissing("curl") || isMissing("python3"),
  async fn() {
    await using cluster = await SecureCluster.start();
    const file = join(cluster.directory, "dml-ca.pem");
    const at = ["--master", `127.0.0.1:${cluster.port}`, "--token", cluster.tokens.user];
    const exported = await cluster.run(["ca", "export", file, ...at]);
    assertEquals(exported.code, 0, exported.text);
    assertStringIncludes(exported.text, file);
    assertStringIncludes((await cluster.run(["ca", "export", ...at])).text, await Deno.readTextFile(file));
    const url = `https://127.0.0.1:${cluster.port}/v1/health`;
    assertEquals([await curl(url), await curl("--cacert", file, url)], [UNTRUSTED, OK]);
    const script = "import ssl,sys,urllib.request as u; c=ssl.create_default_context(cafile=sys.argv[1]); " +
      "print(u.urlopen(sys.argv[2], context=c).read().decode())";
    assertEquals(await outputOf("python3", "-c", script, file, url), OK);
    const unpinned = await cluster.run(["ca", "export", "--context", "none", ...at.slice(0, 2)]);
    assertEquals(unpinned.code, 1, "an authority is never taken on trust");
    assertStringIncludes(unpinned.text, "nothing says how to recognise it");
  },
});

Deno.test({
  name: "dml serve --cert shows the certificate to those who ask for its name, and not to dml's own",
  ignore: isMissing("curl"),
  async fn() {
    const directory = await Deno.makeTempDir({ prefix: "dml-e2e-" });
    const { authority, ca } = await newVouched();
    const identity = await identityOf(authority, { names: [NAME] });
    const [cert, key, file] = ["cert.pem", "key.pem", "theirs.pem"].map((name) => join(directory, name));
    await Deno.writeTextFile(cert, identity.certificate);
    await Deno.writeTextFile(key, identity.privateKey);
    await Deno.writeTextFile(file, ca);
    {
      const flags = ["--host", "0.0.0.0", "--cert", cert, "--key", key];
      await using cluster = await SecureCluster.start({ flags });
      const { port } = cluster;
      const named = ["--resolve", `${NAME}:${port}:127.0.0.1`, "--cacert", file];
      assertEquals(await curl(...named, `https://${NAME}:${port}/v1/health`), OK);
      assertEquals(await curl("--cacert", file, `https://127.0.0.1:${port}/v1/health`), UNTRUSTED);
      const listed = await cluster.run(["nodes", "--master", `127.0.0.1:${port}`, "--token", cluster.tokens.admin]);
      assertEquals(listed.code, 0, listed.text);
    }
    await Deno.remove(directory, { recursive: true });
  },
});
