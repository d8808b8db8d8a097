/** A person of a gallery, with the slots of its memory that hold their embeddings. */
export interface PlacedPerson {
  readonly id: string;
  readonly name: string;
  readonly faces: readonly number[];
  readonly rejected: readonly number[];
}

/**
 * Assignment of people to slots, in shared memory: all workers read the same few megabytes, and a
 * name becomes a string only when it is needed. Person `i` is enrolled in the slots
 * `slots[starts[2i]]` up to `slots[starts[2i+1]]`, and rejected in those from there up to
 * `slots[starts[2i+2]]`; the end is exclusive. In the same manner `cuts` delimits their id and
 * their name in `text`.
 */
export interface PeopleTable {
  readonly count: number;
  readonly starts: Uint32Array<SharedArrayBuffer>;
  readonly slots: Uint32Array<SharedArrayBuffer>;
  readonly cuts: Uint32Array<SharedArrayBuffer>;
  /** Ids and names, in UTF-8. */
  readonly text: Uint8Array<SharedArrayBuffer>;
  /** Index of the person enrolled in each slot, plus one; 0 if no person is. */
  readonly personOfSlot: Uint32Array<SharedArrayBuffer>;
}

/** Builds the table of `people`, whose slots are all below `slotCount`. */
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

export function idOf(table: PeopleTable, person: number): string {
  return textOf(table, 2 * person);
}

export function nameOf(table: PeopleTable, person: number): string {
  return textOf(table, 2 * person + 1);
}

function textOf({ cuts, text }: PeopleTable, index: number): string {
  // Copied, because `TextDecoder` does not accept shared memory.
  return new TextDecoder().decode(Uint8Array.from(text.subarray(cuts[index], cuts[index + 1])));
}

/** Largest size of a UTF-16 code unit in UTF-8, in bytes. */
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
