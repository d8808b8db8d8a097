/** Content of the property list of one role. */
export interface PlistOptions {
  /** Name of the service in launchd. */
  readonly label: string;
  /** The program and its arguments. */
  readonly commandLine: readonly string[];
  /** Environment variables, including secrets: only the owner can read the file. */
  readonly environment: Readonly<Record<string, string>>;
  /** Path of the file that receives its standard error. */
  readonly logPath: string;
}

/**
 * Returns a property list of launchd (launchd.plist(5)) that runs one role permanently and restarts
 * it after a failure.
 */
export function launchdPlist({ label, commandLine, environment, logPath }: PlistOptions): string {
  const variables = Object.entries(environment).map(([name, value]) => `    ${key(name)}${string(value)}`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    "<dict>",
    `  ${key("Label")}${string(label)}`,
    `  ${key("ProgramArguments")}`,
    "  <array>",
    ...commandLine.map((word) => `    ${string(word)}`),
    "  </array>",
    `  ${key("EnvironmentVariables")}`,
    "  <dict>",
    ...variables,
    "  </dict>",
    `  ${key("RunAtLoad")}<true/>`,
    `  ${key("KeepAlive")}<dict>${key("SuccessfulExit")}<false/></dict>`,
    `  ${key("ExitTimeOut")}<integer>45</integer>`,
    `  ${key("ProcessType")}${string("Background")}`,
    `  ${key("Umask")}<integer>63</integer>`,
    `  ${key("StandardErrorPath")}${string(logPath)}`,
    "</dict>",
    "</plist>",
    "",
  ].join("\n");
}

function key(text: string): string {
  return `<key>${escaped(text)}</key>`;
}

function string(text: string): string {
  return `<string>${escaped(text)}</string>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
