/** Whom an alarm notifies. Nothing that a client of the identity server can cause is a `page`. */
export type Severity =
  /** Logins fail or are about to: somebody is woken, through the one composite alarm. */
  | 'page'
  /** Something needs work on a working day. */
  | 'ticket'
  /** It tells nobody by itself; together with another one it pages. */
  | 'evidence';

/**
 * The severity of what callers without a credential can bring about. While they reach the service they
 * must not be able to wake anybody; once the firewall lets in the identity server's addresses alone,
 * the same numbers are its own calls, and mean failed logins.
 */
export function ofWhatCallersDo(allowedCidrs: readonly string[]): Severity {
  return allowedCidrs.length > 0 ? 'page' : 'ticket';
}
