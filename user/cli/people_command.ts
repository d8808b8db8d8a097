import type { MasterChoice } from "./access/master_choice.ts";

/** The options that every sub-verb of `dml people` has. */
interface AboutPeople extends MasterChoice {
  readonly verb: "people";
  /** Time to wait for a master that goes away; absent for the usual one. */
  readonly outageMs?: number;
  readonly gallery: string;
  readonly json: boolean;
}

/** The choice among several faces. */
interface FaceChoice {
  /** Number of the face from the left, from 1; `null` if none was named. */
  readonly face: number | null;
  readonly largest: boolean;
  /** True to look for faces turned by any angle. */
  readonly anyAngle: boolean;
}

export interface EnrollCommand extends AboutPeople, FaceChoice {
  readonly subVerb: "enroll";
  /** `null` for everybody in the directory that is the one input. */
  readonly name: string | null;
  readonly inputs: readonly string[];
  /** The facts to note; a value of `null` removes its key. */
  readonly metadata: Readonly<Record<string, string | null>>;
  readonly dryRun: boolean;
  readonly concurrency: number;
}

export interface ListPeopleCommand extends AboutPeople {
  readonly subVerb: "list";
  /** True to list the galleries instead of the people of one. */
  readonly galleries: boolean;
}

export interface ShowPersonCommand extends AboutPeople {
  readonly subVerb: "show";
  readonly name: string;
}

export interface RenameCommand extends AboutPeople {
  readonly subVerb: "rename";
  readonly name: string;
  readonly newName: string;
}

export interface NoteCommand extends AboutPeople {
  readonly subVerb: "note";
  readonly name: string;
  readonly metadata: Readonly<Record<string, string | null>>;
}

export interface MergeCommand extends AboutPeople {
  readonly subVerb: "merge";
  readonly name: string;
  readonly from: string;
  /** Absent to ask first. */
  readonly yes?: true;
}

export interface RemoveCommand extends AboutPeople {
  readonly subVerb: "remove";
  /** `null` for the whole gallery. */
  readonly name: string | null;
  readonly faceId: string | null;
  /** Absent to ask first. */
  readonly yes?: true;
  /** Absent to keep it in the trash for a time. */
  readonly now?: true;
}

export interface TrashCommand extends AboutPeople {
  readonly subVerb: "trash";
  /** True to delete everything in it for good. */
  readonly empty: boolean;
  /** Absent to ask first. */
  readonly yes?: true;
}

export interface UndoCommand extends AboutPeople {
  readonly subVerb: "undo";
  /** `null` for the newest removal. */
  readonly entryId: string | null;
}

export interface RejectCommand extends AboutPeople, FaceChoice {
  readonly subVerb: "reject";
  readonly name: string;
  readonly inputs: readonly string[];
}

export interface ExportCommand extends AboutPeople {
  readonly subVerb: "export";
  /** `null` for standard output. */
  readonly file: string | null;
}

export interface ImportCommand extends AboutPeople {
  readonly subVerb: "import";
  readonly file: string;
}

export interface TestPeopleCommand extends AboutPeople {
  readonly subVerb: "test";
  readonly directory: string;
  /** True to look for faces turned by any angle. */
  readonly anyAngle: boolean;
  readonly concurrency: number;
}

export interface CheckPeopleCommand extends AboutPeople {
  readonly subVerb: "check";
  /** `null` for everybody. */
  readonly name: string | null;
}

export interface CalibrateCommand extends AboutPeople {
  readonly subVerb: "calibrate";
  readonly directory: string;
  /** True to look for faces turned by any angle. */
  readonly anyAngle: boolean;
  readonly apply: boolean;
  readonly concurrency: number;
}

export interface ThresholdsCommand extends AboutPeople {
  readonly subVerb: "thresholds";
  /** True to give `known` and `unknown` back their defaults, which follow the number of faces. */
  readonly isDefault: boolean;
  /** The thresholds to set; none to show them. */
  readonly change: Readonly<
    Partial<Record<"known" | "unknown" | "marginMin" | "eyeDistanceMin" | "sharpnessMin", number>>
  >;
}

/** A command line of `dml people`. */
export type PeopleCommand =
  | EnrollCommand
  | ListPeopleCommand
  | ShowPersonCommand
  | RenameCommand
  | NoteCommand
  | MergeCommand
  | RemoveCommand
  | TrashCommand
  | UndoCommand
  | RejectCommand
  | ExportCommand
  | ImportCommand
  | TestPeopleCommand
  | CheckPeopleCommand
  | CalibrateCommand
  | ThresholdsCommand;
