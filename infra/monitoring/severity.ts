/** Whom an alarm notifies. Nothing that a client of the identity server can cause is a `page`. */
export type Severity =
  /** Logins fail or are about to: wakes the person on call, through the one composite alarm. */
  | 'page'
  /** Needs work on a working day. */
  | 'ticket'
  /** Notifies nobody on its own; pages in combination with another alarm. */
  | 'evidence';

/**
 * Returns the severity of failures that callers without a credential can cause. As long as everybody can reach
 * the service, they must not be able to page anybody. Once the firewall admits only the identity server's
 * addresses, these are its own calls, so logins fail.
 */
export function callerSeverity(allowedCidrs: readonly string[]): Severity {
  return allowedCidrs.length > 0 ? 'page' : 'ticket';
}
