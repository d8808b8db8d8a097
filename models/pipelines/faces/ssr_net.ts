/**
 * Outputs of SSR-Net, with their counts of numbers: three stages of three bins each, from coarse to
 * fine.
 */
export const SSR_STAGES = {
  prob_stage_1: 3,
  prob_stage_2: 3,
  prob_stage_3: 3,
  index_offset_stage1: 3,
  index_offset_stage2: 3,
  index_offset_stage3: 3,
  stage1_delta_k: 1,
  stage2_delta_k: 1,
  stage3_delta_k: 1,
} as const;

/**
 * Computes the number in 0..1 that the stages of SSR-Net encode together
 * (https://www.ijcai.org/proceedings/2018/0150.pdf, equation 5): each stage divides a bin of the
 * previous one into bins that it may shift and stretch.
 */
export function ssrNetValue(answer: Readonly<Record<keyof typeof SSR_STAGES, Float32Array>>): number {
  const stages = [
    { shares: answer.prob_stage_1, moves: answer.index_offset_stage1, stretch: answer.stage1_delta_k[0] },
    { shares: answer.prob_stage_2, moves: answer.index_offset_stage2, stretch: answer.stage2_delta_k[0] },
    { shares: answer.prob_stage_3, moves: answer.index_offset_stage3, stretch: answer.stage3_delta_k[0] },
  ];
  let bins = 1;
  let value = 0;
  for (const { shares, moves, stretch } of stages) {
    bins *= shares.length * (1 + stretch);
    let sum = 0;
    for (let bin = 0; bin < shares.length; bin++) sum += (bin + moves[bin]) * shares[bin];
    value += sum / bins;
  }
  return value;
}
