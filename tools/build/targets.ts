/** One kind of host that dml is built for. */
export interface Target {
  /** Name on the command line and in file names. */
  readonly name: string;
  /** Name that `deno compile --target` uses. */
  readonly triple: string;
  /** Names that `Deno.build` uses. */
  readonly os: typeof Deno.build.os;
  readonly arch: typeof Deno.build.arch;
  /** npm package with Deno's executable for this host. */
  readonly denoPackage: string;
  /** SHA-256 of the executable in that package, at {@linkcode DENO_VERSION}. */
  readonly denoSha256: string;
}

/** Version of Deno in the portable executables. */
export const DENO_VERSION = "2.9.6";

export const TARGETS: readonly Target[] = [
  {
    name: "linux-x64",
    triple: "x86_64-unknown-linux-gnu",
    os: "linux",
    arch: "x86_64",
    denoPackage: "@deno/linux-x64-glibc",
    denoSha256: "bceb5b6a6239b0b010418406d8c77a508f67cf4337d94288f1c19fe71304aab0",
  },
  {
    name: "linux-arm64",
    triple: "aarch64-unknown-linux-gnu",
    os: "linux",
    arch: "aarch64",
    denoPackage: "@deno/linux-arm64-glibc",
    denoSha256: "d08d392418df53f4e6e88a08909c0e1bccbf9adcead7232df72b6ad6075ec416",
  },
  {
    name: "macos-x64",
    triple: "x86_64-apple-darwin",
    os: "darwin",
    arch: "x86_64",
    denoPackage: "@deno/darwin-x64",
    denoSha256: "ec9fbd8e8f5f6ca5ceb0ebe4a564636f2c698bf60e3187460ded400cc0147fd5",
  },
  {
    name: "macos-arm64",
    triple: "aarch64-apple-darwin",
    os: "darwin",
    arch: "aarch64",
    denoPackage: "@deno/darwin-arm64",
    denoSha256: "b3ac3bd206e48c26026cadd80c1367e96c149f9c66130952382a642b09fa8a71",
  },
  {
    name: "windows-x64",
    triple: "x86_64-pc-windows-msvc",
    os: "windows",
    arch: "x86_64",
    denoPackage: "@deno/win32-x64",
    denoSha256: "2ff9493dfa356be2975f477025ea770088e9e9cb2c83d983236d13561b96b7a6",
  },
  {
    name: "windows-arm64",
    triple: "aarch64-pc-windows-msvc",
    os: "windows",
    arch: "aarch64",
    denoPackage: "@deno/win32-arm64",
    denoSha256: "7259fbfaf9fb0d83551b7f85b38b3dc4d7c2c63cf05427b042fbf63bdcb6f778",
  },
];

/**
 * Returns the target of a host with this `os` and `arch`, or `undefined` if dml is not built for
 * it.
 */
export function targetOf(host: { readonly os: string; readonly arch: string }): Target | undefined {
  return TARGETS.find(({ os, arch }) => os === host.os && arch === host.arch);
}

/** Returns the file name of Deno's executable on `target`. */
export function denoFileName({ os }: Pick<Target, "os">): string {
  return os === "windows" ? "deno.exe" : "deno";
}
