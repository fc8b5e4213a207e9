/** Returns the header for HTTP Basic (RFC 7617). @param credential `user:password` */
export function basicAuthorization(credential: string): string {
  return `Basic ${Buffer.from(credential).toString('base64')}`;
}
