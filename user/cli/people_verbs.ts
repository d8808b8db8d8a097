import type { FlagName } from "./flags.ts";
import { MASTER_FLAGS } from "./access/master_flags.ts";
import type { SubVerbs } from "./sub_verbs.ts";

/** Flags of every sub-verb. */
const COMMON = ["gallery", ...MASTER_FLAGS, "json"] as const satisfies readonly FlagName[];

/** Sub-verbs of `dml people`, in the order of the help. */
export const PEOPLE_VERBS = {
  enroll: {
    usage: "NAME IMG... | DIRECTORY",
    summary: "Enrol a person from pictures, or everybody in a directory.",
    details: [
      "In a DIRECTORY, each sub-folder is a person, who gets the name of the folder. A picture must show one face, unless --face or --largest selects one; the face must be large and sharp enough. Faces that are enrolled already are not stored twice; a face that looks like somebody else's is enrolled with a warning.",
    ],
    flags: [...COMMON, "face", "largest", "any-angle", "meta", "dry-run", "concurrency", "outage", "progress"],
    examples: [
      ["dml people enroll Ada ada1.jpg ada2.jpg", "two pictures of one person"],
      ["dml people enroll Ada group.jpg --face 2", "the second face from the left"],
      ["dml people enroll staff/ --gallery staff", "one sub-folder per person"],
    ],
  },
  list: {
    usage: "",
    summary: "List the people of a gallery, and the galleries.",
    details: [],
    flags: [...COMMON, "all"],
    examples: [["dml people list", "who is enrolled"], ["dml people list --all", "all galleries"]],
  },
  show: {
    usage: "NAME",
    summary: "Show a person: notes and faces.",
    details: [],
    flags: COMMON,
    examples: [["dml people show Ada", "with the ids of her faces"]],
  },
  rename: {
    usage: "NAME NEW_NAME",
    summary: "Rename a person.",
    details: [],
    flags: COMMON,
    examples: [["dml people rename Ada 'Ada Lovelace'", "takes effect on every node"]],
  },
  note: {
    usage: "NAME --meta KEY=VALUE...",
    summary: "Set or remove notes about a person.",
    details: [],
    flags: [...COMMON, "meta"],
    examples: [["dml people note Ada --meta team=engines --meta badge=", "one key set, one removed"]],
  },
  merge: {
    usage: "NAME OTHER",
    summary: "Move OTHER's faces to NAME, and remove OTHER.",
    details: ["Asks first; --yes answers for a script. `dml people undo` splits the two again."],
    flags: [...COMMON, "yes"],
    examples: [["dml people merge Ada 'A. Lovelace'", "two entries for one person"]],
  },
  remove: {
    usage: "NAME | --all",
    summary: "Remove a person, one of their faces, or a gallery.",
    details: [
      "Asks first, and for the whole gallery wants its name typed; --yes answers for a script. The nodes forget the faces with the next version. The master keeps them in a trash for seven days, from which `dml people undo` brings them back; with --now it keeps nothing, and embeddings and face crops are deleted from its disk.",
    ],
    flags: [...COMMON, "face-id", "all", "yes", "now"],
    examples: [
      ["dml people remove Ada", "the person, with every face"],
      ["dml people remove Ada --face-id face_0123456789abcdefghjk", "one face"],
      ["dml people remove --all --gallery guests", "the whole gallery"],
    ],
  },
  undo: {
    usage: "[ID]",
    summary: "Bring back what was removed last, or one of the things in the trash; split a merge again.",
    details: [],
    flags: COMMON,
    examples: [["dml people undo", "the newest removal"], [
      "dml people undo trash_0123456789abcdefghjk",
      "another one",
    ]],
  },
  trash: {
    usage: "",
    summary: "List what was removed and can be brought back.",
    details: ["Removals are kept for seven days, on the master only. --empty deletes them for good, now."],
    flags: [...COMMON, "empty", "yes"],
    examples: [["dml people trash", "the newest first"], ["dml people trash --empty", "nothing comes back"]],
  },
  reject: {
    usage: "NAME IMG...",
    summary: "Record that the face in a picture is not this person.",
    details: [
      "From then on that face, and very similar ones, are not recognised as NAME. If the picture shows several faces, the one that is recognised as NAME is used, unless --face or --largest selects another.",
    ],
    flags: [...COMMON, "face", "largest", "any-angle"],
    examples: [["dml people reject Ada stranger.jpg", "not this person"]],
  },
  export: {
    usage: "[FILE]",
    summary: "Write a gallery to a file, or to standard output.",
    details: [
      "The file holds lines of JSON with notes, embeddings and face crops: protect it as you would protect the pictures.",
    ],
    flags: COMMON,
    examples: [["dml people export staff.people", "to take to another master"]],
  },
  import: {
    usage: "FILE",
    summary: "Import the people of an exported file into a gallery.",
    details: [
      "People who are enrolled already get what they lack; importing a file twice changes nothing. A master with another embedder computes new embeddings from the crops.",
    ],
    flags: [...COMMON, "progress"],
    examples: [["dml people import staff.people --gallery staff", "into this gallery, whatever its name was"]],
  },
  test: {
    usage: "DIRECTORY",
    summary: "Measure how well people are recognised in labelled pictures.",
    details: [
      "Each sub-folder has the name of the person whose face is the largest in its pictures. For a person who is not enrolled, unknown is correct and any name is wrong.",
    ],
    flags: [...COMMON, "any-angle", "concurrency", "outage", "progress"],
    examples: [["dml people test held-back/", "a table, and who was taken for whom"]],
  },
  check: {
    usage: "[NAME]",
    summary: "Check the enrolled faces, of one person or of everybody.",
    details: [
      "Lists faces that are not like the others of their person, that are nearer to another person, or that are too small or too blurred, and names the best faces of those people. Exits with 1 if there is one.",
    ],
    flags: [...COMMON, "progress"],
    examples: [
      ["dml people check", "everybody"],
      ["dml people check Ada", "Ada's faces, compared with everybody's"],
    ],
  },
  calibrate: {
    usage: "DIRECTORY",
    summary: "Find the thresholds that suit labelled pictures.",
    details: [
      "Compares every two faces of the pictures (the largest of each): those of one sub-folder are of one person, those of two are not. Prints how many of each a threshold would get wrong, and the thresholds to use.",
    ],
    flags: [...COMMON, "any-angle", "apply", "concurrency", "outage", "progress"],
    examples: [["dml people calibrate labelled/ --apply", "and use the thresholds found"]],
  },
  thresholds: {
    usage: "",
    summary: "Show the thresholds of a gallery, or set some.",
    details: [
      "By default, known and unknown are those of the model, or rise with the number of enrolled faces if it has none. Once set, by hand or by `dml people calibrate`, they stay, until --default is given.",
    ],
    flags: [...COMMON, "known", "unknown", "default", "margin", "eye-distance", "sharpness"],
    examples: [
      ["dml people thresholds --known 0.5", "stricter with names"],
      ["dml people thresholds --default", "back to those of the model or for the size of the gallery"],
    ],
  },
} as const satisfies SubVerbs;

export type PeopleVerb = keyof typeof PEOPLE_VERBS;
