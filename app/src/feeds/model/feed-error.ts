import type { SourceVersion } from './feed.ts';

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

export interface FeedErrorOptions extends ErrorOptions {
  /** The version that is rejected. It is not downloaded again until the publisher has another one. */
  readonly version?: SourceVersion;
}

/** A feed that could not be refreshed. Its message is one sentence for the operator, without secrets. */
export class FeedError extends Error {
  readonly reason: FeedErrorReason;
  readonly version: SourceVersion | undefined;

  constructor(reason: FeedErrorReason, message: string, options: FeedErrorOptions = {}) {
    super(message, options);
    this.reason = reason;
    this.version = options.version;
  }
}
