/** The way in which every program is started, whatever the environment of the node is. */
export interface CleanStart {
  readonly env: Readonly<Record<string, string>>;
  /** Directory that it starts in. */
  readonly cwd: string;
}

/**
 * Returns the environment of the programs that a node runs: the directories of the system, the
 * neutral language, and nothing of the node, whose variables may hold its token.
 */
export function cleanStart(os: string): CleanStart {
  if (os === "windows") {
    const root = "C:\\Windows";
    return { env: { SystemRoot: root, PATH: `${root}\\System32;${root}` }, cwd: "C:\\" };
  }
  return {
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8" },
    cwd: "/",
  };
}
