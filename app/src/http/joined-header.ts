import type { IncomingMessage } from 'node:http';

/**
 * Returns a header by its lower-case name; several of one name as a comma-separated list (RFC 9110, section
 * 5.3). Node itself would hide the second of two Authorization headers, and parses all headers for the first.
 */
export function joinedHeader({ rawHeaders }: IncomingMessage, name: string): string | undefined {
  let joined: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const rawName = rawHeaders[index];
    if (rawName?.length !== name.length || rawName.toLowerCase() !== name) continue;
    const value = rawHeaders[index + 1] ?? '';
    joined = joined === undefined ? value : `${joined}, ${value}`;
  }
  return joined;
}
