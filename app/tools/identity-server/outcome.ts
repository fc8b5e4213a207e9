/** An HTTP response of the action endpoint. `body` is decoded, and keeps a byte order mark. */
export interface HttpResponse {
  status: number;
  contentType: string | undefined;
  body: string;
}

/** An operation of the response, with its value in plain JavaScript. */
export interface Operation {
  op: 'add' | 'remove' | 'replace';
  path: string;
  value?: unknown;
}

/** The token that the identity server issues. */
export interface IssuedToken {
  /** Seconds. */
  expiresIn: number | undefined;
  scopes: string[];
  audience: string[] | string | undefined;
  /** All claims by name, including the request's. The object has no prototype. */
  claims: Record<string, unknown>;
  /** The refresh token in the response; undefined if there is none or the action removed it. Seconds. */
  refreshToken: { expiresIn: number | undefined } | undefined;
  /**
   * Present if the action removed the refresh token from the response: one that the client has from an earlier
   * response stays valid. Seconds.
   */
  hiddenRefreshToken?: { expiresIn: number | undefined } | undefined;
  /** Parameters that the action adds to the token response. */
  responseParameters: Record<string, unknown>;
  /** Parameters that the client no longer receives, including the ID token if `openid` was removed. */
  removedParameters: string[];
}

export interface DroppedOperation {
  operation: unknown;
  reason: string;
}

/** The response to the OAuth client's token request. */
export type Outcome =
  | { kind: 'token'; token: IssuedToken; applied: Operation[]; dropped: DroppedOperation[] }
  | { kind: 'refused'; status: number; error: string; errorDescription: string | undefined }
  | { kind: 'no-token-but-200' }
  | { kind: 'server-error'; retried: boolean; why: string };
