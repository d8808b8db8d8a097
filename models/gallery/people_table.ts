/** A person of a gallery whose embeddings lie in these slots of its memory. */
export interface PlacedPerson {
  readonly id: string;
  readonly name: string;
  readonly faces: readonly number[];
  readonly rejected: readonly number[];
}

/**
 * Who is in which slot, in shared memory: every worker reads the same few megabytes, and a name becomes a string only
 * where it is asked for. Person `i` is enrolled in the slots `slots[starts[2i]]` up to `slots[starts[2i+1]]` and rejected in those
 * up to `slots[starts[2i+2]]`; their id and name are cut out of `text` by `cuts` in the same manner.
 */
export interface PeopleTable {
  readonly count: number;
  readonly starts: Uint32Array<SharedArrayBuffer>;
  readonly slots: Uint32Array<SharedArrayBuffer>;
  readonly cuts: Uint32Array<SharedArrayBuffer>;
  /** UTF-8. */
  readonly text: Uint8Array<SharedArrayBuffer>;
  /** Of each slot the person who is enrolled in it plus one; 0 where none is. */
  readonly personOfSlot: Uint32Array<SharedArrayBuffer>;
}

/** The table of `people`, whose slots are all below `slotCount`. */
export function buildPeopleTable(people: readonly PlacedPerson[], slotCount: number): PeopleTable {
  const rowCount = people.reduce((sum, { faces, rejected }) => sum + faces.length + rejected.length, 0);
  const starts = sharedNumbers(2 * people.length + 1);
  const slots = sharedNumbers(rowCount);
  const personOfSlot = sharedNumbers(slotCount);
  let next = 0;
  people.forEach(({ faces, rejected }, person) => {
    for (const slot of faces) {
      slots[next++] = slot;
      personOfSlot[slot] = person + 1;
    }
    starts[2 * person + 1] = next;
    for (const slot of rejected) slots[next++] = slot;
    starts[2 * person + 2] = next;
  });
  return { count: people.length, starts, slots, personOfSlot, ...writeTexts(people) };
}

/** The id of `person`. */
export function idOf(table: PeopleTable, person: number): string {
  return textOf(table, 2 * person);
}

/** The name of `person`. */
export function nameOf(table: PeopleTable, person: number): string {
  return textOf(table, 2 * person + 1);
}

function textOf({ cuts, text }: PeopleTable, index: number): string {
  // Sliced, because a decoder takes no shared bytes.
  return new TextDecoder().decode(Uint8Array.from(text.subarray(cuts[index], cuts[index + 1])));
}

/** A UTF-16 unit becomes at most three bytes. */
const BYTES_PER_UNIT = 3;

function writeTexts(people: readonly PlacedPerson[]): Pick<PeopleTable, "cuts" | "text"> {
  const units = people.reduce((sum, { id, name }) => sum + id.length + name.length, 0);
  const bytes = new Uint8Array(units * BYTES_PER_UNIT);
  const cuts = sharedNumbers(2 * people.length + 1);
  const encoder = new TextEncoder();
  let end = 0;
  people.forEach(({ id, name }, person) => {
    [id, name].forEach((piece, offset) => {
      end += encoder.encodeInto(piece, bytes.subarray(end)).written;
      cuts[2 * person + offset + 1] = end;
    });
  });
  const text = new Uint8Array(new SharedArrayBuffer(end));
  text.set(bytes.subarray(0, end));
  return { cuts, text };
}

function sharedNumbers(length: number): Uint32Array<SharedArrayBuffer> {
  return new Uint32Array(new SharedArrayBuffer(length * Uint32Array.BYTES_PER_ELEMENT));
}
