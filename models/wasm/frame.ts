import { invariant } from "../../protocol/kernel/invariant.ts";
import { type Code, local } from "./instructions.ts";
import type { ValueType } from "./module.ts";

/** A parameter or a local of a function that is being written. */
export interface Variable {
  readonly get: Code;
  set(value: Code): Code;
  /** Sets, and leaves the value. */
  tee(value: Code): Code;
}

/** The parameters and locals of one function, handed out by name in the code that writes it. */
export class Frame {
  readonly parameters: ValueType[] = [];
  readonly locals: ValueType[] = [];

  /** The next parameter; all of them come before the first local. */
  parameter(type: ValueType): Variable {
    invariant(this.locals.length === 0, "the parameters of a function are its first locals");
    return variable(this.parameters.push(type) - 1);
  }

  /** One more local; it begins as zero. */
  local(type: ValueType): Variable {
    return variable(this.parameters.length + this.locals.push(type) - 1);
  }

  localList(type: ValueType, count: number): readonly Variable[] {
    return Array.from({ length: count }, () => this.local(type));
  }
}

function variable(index: number): Variable {
  return {
    get: local.get(index),
    set: (value) => local.set(index, value),
    tee: (value) => local.tee(index, value),
  };
}
