import { LIMITS } from "../../protocol/kernel/limits.ts";

/** Descriptors of one HTTP connection: to the client, and both ends of the way to the server. */
const PER_CONNECTION = 3;
/** Part of the free descriptors that HTTP may use; the rest is for nodes and files. */
const HTTP_SHARE = 0.5;

/**
 * Returns how many connections the HTTP port can serve beside `present` ones with the file
 * descriptors that this process may still open, at most `LIMITS.httpConnectionsMax`. There is no
 * way to ask the system, so it opens the file at `path` again and again; that takes a few
 * milliseconds where there are few.
 */
export function affordableConnections(path: string, { present }: { present: number }): number {
  const wanted = LIMITS.httpConnectionsMax;
  const free = freeDescriptors(path, { max: Math.ceil((wanted - present) * PER_CONNECTION / HTTP_SHARE) });
  return Math.min(wanted, present + Math.floor(free * HTTP_SHARE / PER_CONNECTION));
}

function freeDescriptors(path: string, { max }: { max: number }): number {
  const files: Deno.FsFile[] = [];
  try {
    while (files.length < max) files.push(Deno.openSync(path));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EMFILE")) throw error;
  } finally {
    for (const file of files) file.close();
  }
  return files.length;
}
