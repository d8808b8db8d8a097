/**
 * `deno run bare_server.ts TEXT`: runs an HTTP server that answers every request with TEXT, and
 * prints its port.
 */
const [text] = Deno.args;

Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) }, async (request) => {
  await request.arrayBuffer();
  return new Response(text, { headers: { "content-type": "application/json" } });
});
