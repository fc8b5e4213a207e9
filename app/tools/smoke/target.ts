import type { KeyObject } from 'node:crypto';
import type { Policy } from '../../src/policy/policy.ts';

/** A deployed endpoint, and what is needed to call it. */
export interface SmokeTarget {
  /** The URL of the action. */
  readonly endpoint: string;
  /** The headers with which the identity server authenticates. */
  readonly credential: Readonly<Record<string, string>>;
  /** Signs addresses, if the operator's edge does. */
  readonly signatureKey?: KeyObject | undefined;
  /** The policy that should be deployed, with the name of its file. */
  readonly policy?: { readonly policy: Policy; readonly file: string } | undefined;
  /** Trusted certificate authorities in PEM. @default those of Node.js */
  readonly ca?: string | undefined;
}

export interface SmokeOptions {
  /** Calls from which the latency is measured. */
  readonly calls: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Receives the number of calls of the latency check that are done. */
  readonly onCall?: ((done: number) => void) | undefined;
}
