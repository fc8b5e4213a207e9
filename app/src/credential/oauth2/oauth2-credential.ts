import type { KeySource } from './issuer-keys.ts';
import { isSafeUrl } from './issuer-url.ts';
import type { TokenRequirements } from './token-flaws.ts';

/** Access tokens that an issuer signs, instead of a secret. The field names are those of the JSON. */
export interface OAuth2Credential extends TokenRequirements, KeySource {
  readonly scheme: 'oauth2';
}

type Fields = Readonly<Record<string, unknown>>;

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** `scope` of RFC 6749, appendix A.4, with one or more spaces between the scopes. */
const SCOPES = /^ *[\x21\x23-\x5b\x5d-\x7e]+(?: +[\x21\x23-\x5b\x5d-\x7e]+)* *$/;

/** `client-id` of RFC 6749, appendix A.1, and not empty. */
const CLIENT_ID = /^[\x20-\x7e]+$/;

/**
 * Reads the fields of a credential with the scheme `oauth2`.
 *
 * @param label names the credential in an error.
 * @throws Error with one sentence that does not repeat the values of the fields.
 */
export function readOAuth2Credential(fields: Fields, label: string): OAuth2Credential {
  const jwksUri = readJwksUri(fields, label);
  const scope = readOptional(fields, label, 'scope', SCOPES, 'space-separated scopes');
  const clientId = readOptional(fields, label, 'client_id', CLIENT_ID, 'a client id in ASCII');
  return {
    scheme: 'oauth2',
    issuer: readIssuer(fields, label),
    audience: readAudience(fields, label),
    ...(jwksUri !== undefined && { jwks_uri: jwksUri }),
    ...(scope !== undefined && { scope: scope.trim().split(/ +/).join(' ') }),
    ...(clientId !== undefined && { client_id: clientId }),
  };
}

function readIssuer({ issuer }: Fields, label: string): string {
  if (!isUrl(issuer) || issuer.includes('?')) {
    throw new Error(
      `${label} needs an "issuer" that is an https URL without a query, exactly as in the claim iss, such as https://api.asgardeo.io/t/<organization>/oauth2/token (http is allowed for this machine only).`,
    );
  }
  return issuer;
}

function readJwksUri({ jwks_uri: uri }: Fields, label: string): string | undefined {
  if (uri === undefined || isUrl(uri)) return uri;
  throw new Error(
    `${label} has a "jwks_uri" that is not an https URL (http is allowed for this machine only): correct it, or remove it to use discovery.`,
  );
}

function readAudience({ audience }: Fields, label: string): string {
  if (typeof audience !== 'string' || !/^[^\p{Cc}]+$/u.test(audience)) {
    throw new Error(
      `${label} needs an "audience" that is a string and not empty: the value that the claim aud must contain.`,
    );
  }
  return audience;
}

function readOptional(
  fields: Fields,
  label: string,
  name: 'scope' | 'client_id',
  form: RegExp,
  what: string,
): string | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && form.test(value)) return value;
  throw new Error(`${label} has a "${name}" that is not ${what}: correct it, or remove it.`);
}

function isUrl(value: unknown): value is string {
  return typeof value === 'string' && VISIBLE_ASCII.test(value) && isSafeUrl(value);
}
