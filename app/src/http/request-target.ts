import type { HttpBindings } from '@hono/node-server';
import { getPath } from 'hono/utils/url';

const ABSOLUTE_FORM = /^https?:\/\//i;

/**
 * Returns a request target in origin form: the path with its query. A proxy may send the absolute form, which
 * a server must accept (RFC 9112, section 3.2.2). What is neither stays as it was sent.
 */
export function originForm(target: string): string {
  if (target.startsWith('/') || !ABSOLUTE_FORM.test(target) || !URL.canParse(target)) return target;
  const { pathname, search } = new URL(target);
  return pathname + search;
}

/**
 * Returns the path of a request exactly as it was sent. Hono would decode it and resolve dots, while the rules
 * of the firewall match the path undecoded.
 */
export function pathOf(request: Request, options?: { env?: Partial<HttpBindings> }): string {
  const target = options?.env?.incoming?.url;
  if (target === undefined) return getPath(request);
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}
