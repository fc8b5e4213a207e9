/**
 * Why a feed was not refreshed. Logs and metrics use these names. `checksum`, `format`, `implausible` and `older`
 * reject what was downloaded; the others are failures to download it.
 */
export const FEED_ERROR_REASONS = [
  'unreachable',
  'authentication',
  'forbidden',
  'missing',
  'quota',
  'checksum',
  'format',
  'implausible',
  'older',
  'store',
] as const;
export type FeedErrorReason = (typeof FEED_ERROR_REASONS)[number];

/** A feed that could not be refreshed. Its message is one sentence for the operator, without secrets. */
export class FeedError extends Error {
  readonly reason: FeedErrorReason;

  constructor(reason: FeedErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
