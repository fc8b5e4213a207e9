/** Returns how many decisions a record stands for: more than one if only a sample is recorded. */
export function weightOf({
  sampled_percent: percent,
}: {
  readonly sampled_percent?: unknown;
}): number {
  return typeof percent === 'number' && percent > 0 && percent <= 100 ? 100 / percent : 1;
}
