import * as z from 'zod';
import type { Fault } from '../fault.ts';

/** A fault in what a site sends with a valid response. Each site supports some of them. */
const CONTENT_FAULTS = [
  /** Half of the file, in a complete response. */
  'half',
  'empty',
  /** A build of a month before. */
  'older',
  /** A file with 80 % of the entries. */
  'smaller',
  /** A file with 10 % of the entries. */
  'much-smaller',
  /** Private, loopback and other special-purpose blocks among the entries. */
  'private-ranges',
  /** `0.0.0.0/0` among the entries. */
  'whole-internet',
  /** The text is not a list of addresses. */
  'not-addresses',
  'wrong-checksum',
  /** Three of the addresses whose country is known have none. */
  'known-addresses-gone',
  /** A release between the question for a change and the download. */
  'release-during-download',
  'archive-without-database',
  'archive-with-two-databases',
  /** The archive's entry has a path with `../`. */
  'archive-with-parent-path',
  /** The signature of the redirect's address has expired. */
  'expired-signature',
  /** The redirect leads to another host. */
  'redirect-elsewhere',
  'no-databases',
  'two-databases',
  /** The line with the number of records is missing. */
  'no-metadata',
  /** The line with the number of records has another one. */
  'wrong-count',
] as const;
export type ContentFault = (typeof CONTENT_FAULTS)[number];

/** A fault of a site: of its connection, its status, or its content. */
export type SiteFault =
  | Extract<Fault, { kind: 'slow' | 'hang' | 'reset' | 'truncated' | 'html' }>
  /** An error status, with `Retry-After` in seconds if it is set. */
  | { kind: 'status'; status: number; retryAfter?: number }
  | { kind: 'content'; content: ContentFault };

/** The JSON of a fault in the control interface. */
export const siteFaultSchema: z.ZodType<SiteFault> = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('slow'), ms: z.int().min(0).max(3_600_000) }),
    z.strictObject({ kind: z.literal('hang') }),
    z.strictObject({ kind: z.literal('reset') }),
    z.strictObject({ kind: z.literal('truncated') }),
    z.strictObject({ kind: z.literal('html') }),
    z.strictObject({
      kind: z.literal('status'),
      status: z.int().min(400).max(599),
      retryAfter: z.int().min(0).optional(),
    }),
    z.strictObject({ kind: z.literal('content'), content: z.literal(CONTENT_FAULTS) }),
  ],
  { error: 'must be slow, hang, reset, truncated, html, status or content' },
);
