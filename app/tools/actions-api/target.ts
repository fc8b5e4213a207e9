import { UsageError } from '../errors.ts';

/** The identity server whose action is managed. */
export interface Target {
  /** For messages, such as `the organization acme`. */
  readonly label: string;
  /** Base of the management API, without a trailing slash. */
  readonly apiUrl: string;
  readonly tokenUrl: string;
  /** Whether HTTP Basic is accepted. */
  readonly allowsBasic: boolean;
  /** Whether the identity server withholds the default headers and parameters for sure. */
  readonly hasDefaultExclusions: boolean;
  /** Identifies the target in the labels of secret versions. */
  readonly key: string;
}

/** How a command names its target. */
export interface TargetOptions {
  /** Of Asgardeo. */
  readonly organization?: string | undefined;
  /** The origin of Asgardeo's API. @default 'https://api.asgardeo.io' */
  readonly apiOrigin?: string | undefined;
  /** The origin of WSO2 Identity Server. */
  readonly server?: string | undefined;
  /** @default 'carbon.super' */
  readonly tenant?: string | undefined;
}

const ASGARDEO_ORIGIN = 'https://api.asgardeo.io';

const SUPER_TENANT = 'carbon.super';

/** Names of organizations and domains of tenants. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Returns the target of a command. @throws UsageError */
export function resolveTarget({ organization, apiOrigin, server, tenant }: TargetOptions): Target {
  if ((organization === undefined) === (server === undefined)) {
    throw new UsageError(
      'Expected either --organization NAME for Asgardeo, or --server URL for WSO2 Identity Server.',
    );
  }
  if (organization !== undefined) {
    if (tenant !== undefined) throw new UsageError('--tenant belongs to --server: remove it.');
    checkName('--organization', organization);
    const origin = originOf('--api-origin', apiOrigin ?? ASGARDEO_ORIGIN);
    return {
      label: `the organization ${organization}`,
      apiUrl: `${origin}/t/${organization}/api/server/v1`,
      tokenUrl: `${origin}/t/${organization}/oauth2/token`,
      allowsBasic: false,
      hasDefaultExclusions: true,
      key: `${new URL(origin).host}/t/${organization}`,
    };
  }
  if (apiOrigin !== undefined) {
    throw new UsageError('--api-origin belongs to --organization: use --server URL alone.');
  }
  const domain = tenant ?? SUPER_TENANT;
  checkName('--tenant', domain);
  const origin = originOf('--server', server ?? '');
  const { host } = new URL(origin);
  return {
    label: `the tenant ${domain} of ${host}`,
    apiUrl: `${origin}/t/${domain}/api/server/v1`,
    tokenUrl: `${origin}/${domain === SUPER_TENANT ? '' : `t/${domain}/`}oauth2/token`,
    allowsBasic: true,
    hasDefaultExclusions: false,
    key: `${host}/t/${domain}`,
  };
}

function checkName(option: string, name: string): void {
  if (NAME.test(name)) return;
  throw new UsageError(
    `${option} must be a name of letters, digits, ".", "-" and "_", as in the address of the Console.`,
  );
}

/** The messages do not repeat the URL, which may contain a password. */
function originOf(option: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url && /^\/?$/.test(url.pathname) && !url.search && !url.hash && !url.username;
  if (url === undefined || !isOrigin) {
    throw new UsageError(
      `${option} must be a URL with scheme and host only, such as https://is.example.com:9443.`,
    );
  }
  if (!isSecure(url)) {
    throw new UsageError(`${option} must begin with https://, because secrets are sent there.`);
  }
  return url.origin;
}

const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Returns whether a URL may receive secrets: over TLS, or on this machine. */
export function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK_HOSTS.includes(hostname));
}
