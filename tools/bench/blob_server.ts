/**
 * `deno run blob_server.ts DIRECTORY`: serves the blob routes of a master from a directory of
 * blobs, and prints its port.
 */
import { DiskBlobStore } from "../../protocol/blob/disk_blob_store.ts";
import { blobRoutes } from "../../protocol/http/blob_routes.ts";

const store = await DiskBlobStore.open(Deno.args[0]);
const routes = blobRoutes({ read: [store], bytesMax: 0 });
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) }, routes.fetch);
