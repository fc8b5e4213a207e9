import type { KeySource } from './issuer-keys.ts';
import { isSafeUrl } from './issuer-url.ts';
import type { TokenRequirements } from './token-verifier.ts';

/** Tokens that an issuer signs, instead of a secret. The names are those of its JSON. */
export interface OAuth2Credential extends TokenRequirements, KeySource {
  readonly scheme: 'oauth2';
}

type Fields = Readonly<Record<string, unknown>>;

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** RFC 6749, appendix A.4, with any number of spaces between the scopes. */
const SCOPES = /^ *[\x21\x23-\x5b\x5d-\x7e]+(?: +[\x21\x23-\x5b\x5d-\x7e]+)* *$/;

/** RFC 6749, appendix A.1, and not empty. */
const CLIENT_ID = /^[\x20-\x7e]+$/;

/**
 * Reads the fields of a credential with the scheme `oauth2`.
 *
 * @param where what the credential is called in an error.
 * @throws Error, one sentence that repeats nothing of what the fields contain.
 */
export function readOAuth2Credential(fields: Fields, where: string): OAuth2Credential {
  const jwksUri = readJwksUri(fields, where);
  const scope = readText(fields, where, 'scope', SCOPES, 'scopes, separated by spaces');
  const clientId = readText(fields, where, 'client_id', CLIENT_ID, 'a client id in ASCII');
  return {
    scheme: 'oauth2',
    issuer: readIssuer(fields, where),
    audience: readAudience(fields, where),
    ...(jwksUri !== undefined && { jwks_uri: jwksUri }),
    ...(scope !== undefined && { scope: scope.trim().split(/ +/).join(' ') }),
    ...(clientId !== undefined && { client_id: clientId }),
  };
}

function readIssuer({ issuer }: Fields, where: string): string {
  if (!isUrl(issuer) || issuer.includes('?')) {
    throw new Error(
      `${where} needs an "issuer" that is an https URL without a query, exactly as in the claim iss, such as https://api.asgardeo.io/t/<organization>/oauth2/token; plain http only to this machine.`,
    );
  }
  return issuer;
}

function readJwksUri({ jwks_uri: uri }: Fields, where: string): string | undefined {
  if (uri === undefined || isUrl(uri)) return uri;
  throw new Error(
    `${where} has a "jwks_uri" that is not an https URL (plain http only to this machine): correct it, or leave it out to use discovery.`,
  );
}

function readAudience({ audience }: Fields, where: string): string {
  if (typeof audience !== 'string' || !/^[^\p{Cc}]+$/u.test(audience)) {
    throw new Error(
      `${where} needs an "audience" that is a text and not empty: the value that the claim aud must contain.`,
    );
  }
  return audience;
}

function readText(
  fields: Fields,
  where: string,
  name: 'scope' | 'client_id',
  form: RegExp,
  what: string,
): string | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && form.test(value)) return value;
  throw new Error(`${where} has a "${name}" that is not ${what}: correct it, or leave it out.`);
}

function isUrl(value: unknown): value is string {
  return typeof value === 'string' && VISIBLE_ASCII.test(value) && isSafeUrl(value);
}
