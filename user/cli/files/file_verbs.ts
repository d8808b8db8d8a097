import { MASTER_FLAGS } from "../access/master_flags.ts";
import type { Verb } from "../verb.ts";

const FLAG_TEXTS = {
  home: { description: "The data directory of a master on this machine, to find it and its admin's token." },
  label: { description: "Of all:, only nodes with this label. Given more than once: with each." },
} as const;

const ADMIN =
  "Needs the admin's token, also from a master on this machine: the account that runs the master finds it by itself, unless --master is given. A master that was started with --insecure refuses.";

export const CP_VERB = {
  usage: "SOURCE... DESTINATION",
  summary: "Copy files to nodes and from nodes.",
  details: [
    "NODE:PATH is a path in the directory that the node opened: `dml join HOST --files DIR`. A node without --files hands out and takes nothing. all:PATH is that path on every connected node; the bytes reach the master once. Anything without a colon before its first slash is a path here.",
    "A file becomes PATH, or goes into it if PATH is a directory or ends with a slash. A directory becomes PATH with all that is in it, so that the same line can be run again; with a slash at the end of PATH it goes into it under its own name. Several sources go into PATH. Globs are expanded, also on nodes; put those into quotes. Links and devices in directories are left out.",
    "A file that is there already, with the same bytes, is not sent again. What was interrupted goes on where it stopped when the line is run again, also if a node went away meanwhile. Modes and times are kept. Each file is verified by its digest before it replaces another one. Bytes that shrink travel compressed with zstd.",
    ADMIN,
    '--json prints one line per node, or one line for this host: {"node", "nodeId", "ok", "copied", "same", "bytes", "failed": [{"path", "code", "message"}]}.',
  ],
  takesFiles: true,
  flags: [...MASTER_FLAGS, "home", "label", "json", "outage", "progress"],
  flagTexts: FLAG_TEXTS,
  examples: [
    ["dml cp photo.jpg attic:photos/", "one file to one node"],
    ["dml cp photos all:archive/photos", "a directory to every node"],
    ["dml cp attic:logs logs", "a directory from a node to here"],
  ],
} as const satisfies Verb;

export const LS_VERB = {
  usage: "NODE:[PATH]...",
  summary: "List files of nodes.",
  details: [
    "Lists the directory that a node opened with --files, or a path in it: mode, size, time of the last change, name. all: stands for every connected node.",
    ADMIN,
    '--json prints one line per entry: {"node", "nodeId", "path", "kind", "size", "mode", "modifiedMs"}. "kind" is file, directory, link or other.',
  ],
  flags: [...MASTER_FLAGS, "home", "label", "recursive", "json"],
  flagTexts: FLAG_TEXTS,
  examples: [
    ["dml ls attic:", "the directory that attic opened"],
    ["dml ls all:archive --recursive", "everything below one path, on every node"],
  ],
} as const satisfies Verb;

export const RM_VERB = {
  usage: "NODE:PATH...",
  summary: "Remove files of nodes.",
  details: [
    "Removes a file, a link itself, or an empty directory; with --recursive a directory and all that is in it. all: stands for every connected node. A glob is expanded on the node; put it into quotes. It asks first, unless --yes is given; nothing brings files back.",
    ADMIN,
    '--json prints one line per path: {"node", "nodeId", "path", "ok", "files", "directories"}, or "code" and "message" if it failed.',
  ],
  flags: [...MASTER_FLAGS, "home", "label", "recursive", "dry-run", "yes", "json"],
  flagTexts: FLAG_TEXTS,
  examples: [
    ["dml rm attic:photos/a.jpg", "one file"],
    ["dml rm all:archive/2019 --recursive", "a directory, on every node"],
  ],
} as const satisfies Verb;
