import type { IncomingMessage } from 'node:http';
import { joinedHeader } from './joined-header.ts';

/**
 * The header with which a caller marks its call as a test. It is a header of the call itself: the headers and
 * parameters in the body come from an OAuth client, which could hide its requests from reports.
 */
export const TEST_HEADER = 'x-risk-gate-test';

/** The continuous canary, a smoke test by hand, and the verification of a deployment. */
export const TEST_KINDS = ['canary', 'smoke', 'verify'] as const;

export type TestKind = (typeof TEST_KINDS)[number];

/** Returns the kind of test that a request is marked as; `undefined` without exactly one known value. */
export function testKindOf(incoming: IncomingMessage): TestKind | undefined {
  const value = joinedHeader(incoming, TEST_HEADER);
  return value === undefined ? undefined : TEST_KINDS.find((kind) => kind === value);
}
