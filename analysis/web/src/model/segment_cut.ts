// As analysis/attribution/segment_cut.cc: what of a segment's parts lies before a cut.
import { portion } from "./apportion";

// Replaces `parts`, whose sum is `lengthNs`, by what of them lies in the first `beforeNs`.
export function keepFirst(parts: number[], lengthNs: number, beforeNs: number): void {
  if (lengthNs <= 0) return;
  let wholeNs = lengthNs;
  let leftNs = beforeNs;
  parts.forEach((allNs, i) => {
    if (allNs >= 0) return;
    parts[i] = portion(allNs, beforeNs, lengthNs).quotient;
    wholeNs -= allNs;
    leftNs -= parts[i]!;
  });
  parts.forEach((allNs, i) => {
    if (allNs <= 0 || wholeNs <= 0) return;
    parts[i] = portion(leftNs, allNs, wholeNs).quotient;
    wholeNs -= allNs;
    leftNs -= parts[i]!;
  });
}
