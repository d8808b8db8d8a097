/** `deno run ask_origin.ts URL`: prints the answer of the server of URL. */
import { HttpOrigin } from "../../../protocol/http/http_origin.ts";

using origin = new HttpOrigin(Deno.args[0]);
const response = await origin.send("/", { redirect: "error" });
await Deno.stdout.write(await response.bytes());
