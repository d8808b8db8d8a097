import { concat } from "../../../../protocol/kernel/concat.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import type { JpegHeader } from "../header.ts";
import { MARKER, MARKER_START } from "../marker.ts";
import { HARMLESS, NO_END, rowFlaw } from "./flaw_text.ts";
import { type JpegSurvey, surveyJpeg } from "./jpeg_survey.ts";
import { paddingStart } from "./padding.ts";
import { ROW_STATE, type RowStates } from "./row_states.ts";

/** The end-of-image marker. */
const END = Uint8Array.of(MARKER_START, MARKER.endOfImage);

/** The part of a JPEG that can be decoded, and its flaws. */
export interface JudgedJpeg {
  /** The file, with an end marker. */
  readonly bytes: Uint8Array;
  /** True if codes are missing or wrong, so that some rows are. */
  readonly isLossy: boolean;
  /** One sentence on what is wrong with the file; `null` if nothing is. */
  readonly flaw: string | null;
}

/**
 * Surveys a JPEG with Huffman codes. Throws `image_unreadable` if less than half of its rows are
 * there, whether the others were cut off, overwritten with zeros or made unreadable by wrong bits.
 */
export function judgeJpeg(file: Uint8Array, header: JpegHeader): JudgedJpeg {
  const asItIs = surveyJpeg(file, header);
  if (isSound(asItIs)) return { bytes: file, isLossy: false, flaw: null };
  const { rows, hasEnd, end } = surveyUnpadded(file, header) ?? asItIs;
  const lost = lostRows(rows);
  if (2 * lost > rows.height) {
    const text = `The JPEG is damaged or cut short: ${lost} of its ${rows.height} rows cannot be read.`;
    throw new DmlError("image_unreadable", text);
  }
  const part = file.subarray(0, end);
  return {
    bytes: hasEnd ? part : concat([part, END]),
    isLossy: lost > 0,
    flaw: rowFlaw(rows) ?? (hasEnd ? HARMLESS : NO_END),
  };
}

/**
 * Surveys a JPEG without the zeros that its end was overwritten with; `null` if there are none.
 * Zeros are codes, too, but what they would be decoded to is no part of the picture. Only the first
 * may be the last byte of the codes.
 */
function surveyUnpadded(file: Uint8Array, header: JpegHeader): JpegSurvey | null {
  const start = paddingStart(file);
  if (start === null) return null;
  const survey = surveyJpeg(file.subarray(0, start), header);
  return lostRows(survey.rows) === 0 ? survey : surveyJpeg(file.subarray(0, start + 1), header);
}

function lostRows(rows: RowStates): number {
  return rows.count(ROW_STATE.broken, ROW_STATE.missing);
}

function isSound({ rows, isIrregular, hasEnd }: JpegSurvey): boolean {
  return hasEnd && !isIrregular && rows.count(ROW_STATE.sound) === rows.height;
}
