import { allocatorEnvironmentOf } from "../../user/process/allocator_environment.ts";

/** A module that serves HTTP on loopback and prints its port, run as a process of its own. */
export class ServerProcess implements AsyncDisposable {
  private constructor(readonly url: string, private readonly child: Deno.ChildProcess) {}

  static async start(module: URL, serverArguments: readonly string[]): Promise<ServerProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-net", "--allow-read", "--allow-write", module.pathname, ...serverArguments],
      env: allocatorEnvironmentOf("serve"),
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    reader.releaseLock();
    return new ServerProcess(`http://127.0.0.1:${new TextDecoder().decode(value).trim()}`, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill();
    await this.child.stdout.cancel();
    await this.child.status;
  }
}
