/** Runs the examples of docs/http_api.md as they stand there, but for the address. */
import { join } from "node:path";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";
import { isMissing } from "../../host_tool.ts";
import { Cluster } from "../cluster.ts";

const ADDRESS = /127\.0\.0\.1:7400/g;

/** Returns the fenced blocks in the examples of the page, in their order. */
function examples(): { language: string; code: string }[] {
  const page = Deno.readTextFileSync(new URL("../../../docs/http_api.md", import.meta.url));
  const [, section] = /^## Examples\n([\s\S]*?)^## /m.exec(page) ?? [];
  assert(section !== undefined, "the page has examples");
  return [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ language, code }));
}

/** Copies a photo of three persons to `path`. */
async function copyPhoto(number: number, path: string): Promise<void> {
  await Deno.copyFile(new URL(import.meta.resolve(`sample-photos/demo/sample${number}.jpg`)), path);
}

function facesIn({ prediction }: { prediction: { persons: unknown[] } }): number {
  return prediction.persons.length;
}

Deno.test("the examples of docs/http_api.md work as they say", async (test) => {
  await using cluster = await Cluster.start();
  await cluster.join("attic");
  const { directory: cwd } = cluster;
  await copyPhoto(1, join(cwd, "photo.jpg"));
  await copyPhoto(3, join(cwd, "other.jpg"));
  const run = async (command: string, args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(command, { args, cwd, stdin: "null" }).output();
    const text = new TextDecoder().decode(stdout);
    assertEquals(code, 0, `${args.join(" ")}\n${text}\n${new TextDecoder().decode(stderr)}`);
    return text;
  };
  const blocks = examples().map(({ language, code }) => ({
    language,
    code: code.replaceAll(ADDRESS, cluster.address),
  }));

  await test.step({
    name: "those with curl",
    ignore: isMissing("curl"),
    async fn() {
      const lines = blocks.filter(({ language }) => language === "sh").flatMap(({ code }) => code.trim().split("\n"));
      const answers = new Map<string, string>();
      for (const line of lines) answers.set(line, await run("sh", ["-c", line]));
      const said = (word: string) => [...answers].filter(([line]) => line.includes(word)).map(([, text]) => text);
      const single = said("/v1/predictions").filter((text) => text.startsWith('{"prediction"'));
      assertEquals(single.map((text) => facesIn(JSON.parse(text))), [3, 2, 3]);
      const batch: { answers: { answer: Parameters<typeof facesIn>[0] }[] } = JSON.parse(said("image=@other")[0]);
      assertEquals(batch.answers.map(({ answer }) => facesIn(answer)), [3, 3]);
      assertEquals(JSON.parse(said("verifications")[0]).verdict, "same", "a woman is on both photos");
      const read = (name: string) => Deno.readFile(join(cwd, name));
      assertEquals([...(await read("annotated.jpg")).subarray(0, 2)], [0xff, 0xd8]);
      assertStringIncludes(new TextDecoder("latin1").decode(await read("both.txt")), "Content-Type: image/jpeg");
      assertEquals(JSON.parse(new TextDecoder().decode(await read("openapi.json"))).openapi, "3.1.0");
    },
  });

  await test.step({
    name: "those in Python",
    ignore: isMissing("python3"),
    async fn() {
      const probe = new Deno.Command("python3", { args: ["-c", "import requests"], stderr: "null" });
      const hasRequests = (await probe.output()).success;
      const scripts = blocks.filter(({ language }) => language === "python");
      assertEquals(scripts.length, 2);
      for (const { code } of scripts) {
        if (code.includes("import requests") && !hasRequests) continue;
        const printed = await run("python3", ["-c", code]);
        assert(/^same 0\.\d+$/m.test(printed) || /^3 faces, req_/m.test(printed), printed);
      }
    },
  });

  await test.step({
    name: "and curl -d is told what to use",
    ignore: isMissing("curl"),
    async fn() {
      const url = `http://${cluster.address}/v1/predictions`;
      assertStringIncludes(await run("curl", ["-sS", "-d", "@photo.jpg", url]), "--data-binary");
    },
  });
});
