import { DmlError } from "../../../../protocol/kernel/errors.ts";
import type { TensorBytes } from "../../../../models/packed_tensors.ts";
import { bytesOfTexts, tensorOfBytes } from "../../../../models/tensor_bytes.ts";
import { labelOfClass } from "../../../../models/pipelines/classes.ts";

/**
 * Returns the `count` largest numbers of each row of a tensor as texts `score:index`, or
 * `score:index:label` if there are labels. A tensor of one axis is one row; otherwise the first
 * axis counts the rows. Format:
 * https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_classification.md
 */
export function classified(
  tensor: TensorBytes,
  { count, labels }: { count: number; labels: readonly string[] },
): TensorBytes {
  const { name, dims, type } = tensor;
  if (type === "string" || dims.length === 0) {
    throw new DmlError("request_invalid", `The output ${name} has no classes; ask for it without classification.`);
  }
  const { data } = tensorOfBytes(tensor.bytes, { type, dims, what: `The output ${name}` });
  const numbers = data as ArrayLike<number | bigint>;
  const rows = dims.length === 1 ? 1 : dims[0];
  const length = rows === 0 ? 0 : numbers.length / rows;
  const best = Math.min(count, length);
  const texts = Array.from({ length: rows }, (_, row) => {
    const order = Array.from({ length }, (_, at) => at);
    const valueAt = (at: number) => Number(numbers[row * length + at]);
    order.sort((one, other) => valueAt(other) - valueAt(one) || one - other);
    return order.slice(0, best).map((at) => {
      const label = labels.length === 0 ? "" : `:${labelOfClass(labels, at)}`;
      return `${numbers[row * length + at]}:${at}${label}`;
    });
  });
  return {
    name,
    type: "string",
    dims: dims.length === 1 ? [best] : [rows, best],
    bytes: bytesOfTexts(texts.flat()),
  };
}
