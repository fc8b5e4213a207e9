import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';

/** A key pair of the issuer. */
export interface SigningKey {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  /** The public key, as published. */
  readonly jwk: JWK;
}

/** Generates a key pair. Without `kid`, the published key has none. */
export async function signingKey(kid?: string, alg = 'RS256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), alg, use: 'sig', ...(kid && { kid }) };
  return { alg, privateKey, jwk };
}

/** Signs a token. Its header has the key's `alg` and `kid`, unless `header` overrides them. */
export function sign(
  { privateKey, alg, jwk }: SigningKey,
  claims: JWTPayload,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg, ...(jwk.kid && { kid: jwk.kid }), typ: 'at+jwt', ...header })
    .sign(privateKey);
}

export type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/** The part of an issuer of access tokens that a resource server uses. */
export interface Issuer {
  /** The URL of the token endpoint, as for WSO2 Identity Server. */
  readonly issuer: string;
  readonly jwksUri: string;
  /** The published keys; a test may replace them. */
  keys: JWK[];
  /** Handlers that override the issuer's own, by path. */
  readonly overrides: Map<string, Respond>;
  /** Paths of all requests, in order. */
  readonly requests: string[];
  /** Closes the port. `restart` opens it again. */
  stop(): Promise<void>;
  restart(): Promise<void>;
}

export const DISCOVERY = '/oauth2/token/.well-known/openid-configuration';
export const RFC_8414 = '/.well-known/oauth-authorization-server/oauth2/token';
export const JWKS = '/oauth2/jwks';

/** Starts an issuer on a free port. */
export async function startIssuer(keys: readonly SigningKey[] = []): Promise<Issuer> {
  const requests: string[] = [];
  const overrides = new Map<string, Respond>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const override = overrides.get(path);
    if (override !== undefined) override(request, response);
    else if (path === DISCOVERY)
      json(response, { issuer: issuer.issuer, jwks_uri: issuer.jwksUri });
    else if (path === JWKS) json(response, { keys: issuer.keys });
    else json(response, { error: 'not_found' }, 404);
  });
  const listen = (port: number) =>
    new Promise<number>((resolve) => {
      server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
  const port = await listen(0);
  const origin = `http://127.0.0.1:${port}`;
  const issuer: Issuer = {
    issuer: `${origin}/oauth2/token`,
    jwksUri: origin + JWKS,
    keys: keys.map(({ jwk }) => jwk),
    overrides,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    restart: async () => void (await listen(port)),
  };
  return issuer;
}

/** Responds with JSON. */
export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
