/** Whom an alarm notifies. Nothing that a client of the identity server can cause is a `page`. */
export type Severity =
  /** Logins fail or are about to: wakes the person on call, through the one composite alarm. */
  | 'page'
  /** Needs attention on a working day. */
  | 'ticket'
  /** Notifies nobody on its own; pages in combination with another alarm. */
  | 'evidence';

/**
 * Returns the severity of failures that callers without a credential can cause. While everybody can reach the
 * service, such callers must not be able to page anybody. With an allow list in the firewall, only calls of the
 * identity server itself can fail, and then logins fail.
 */
export function callerSeverity(allowedCidrs: readonly string[]): Severity {
  return allowedCidrs.length > 0 ? 'page' : 'ticket';
}
