import { listInWords } from '../../src/lib/list-in-words.ts';
import type { RequestNames } from '../../src/policy/cel/analysis/request-names.ts';
import { SIGNATURE_SUFFIX } from '../../src/signals/address/signature.ts';

/** The headers and parameters of token requests that the identity server passes on to the action. */
export interface AllowedNames {
  /** Sorted, in lower case, each once. */
  readonly headers: readonly string[];
  /** Sorted, each once. Names of parameters are case-sensitive. */
  readonly parameters: readonly string[];
}

/** What reads headers and parameters. */
export interface NameReaders {
  readonly addressHeaders: readonly string[];
  /** Whether each address header has a second one with its signature. */
  readonly signedAddress: boolean;
  readonly policy: { readonly requestNames: RequestNames };
}

/** Returns the names that the service needs. */
export function allowedNames({ addressHeaders, signedAddress, policy }: NameReaders): AllowedNames {
  const { headers, params } = policy.requestNames;
  const signatures = signedAddress ? addressHeaders.map((name) => name + SIGNATURE_SUFFIX) : [];
  return mergeNames(
    { headers: [...addressHeaders, ...signatures, ...headers] },
    { parameters: [...params] },
  );
}

/** Returns the names of several sources together. */
export function mergeNames(...all: readonly Partial<AllowedNames>[]): AllowedNames {
  const headers = all.flatMap(({ headers: names = [] }) => names.map((name) => name.toLowerCase()));
  const parameters = all.flatMap(({ parameters: names = [] }) => names);
  return { headers: sorted(headers), parameters: sorted(parameters) };
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

/** The identity server's rule for names of headers. */
export const HEADER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9.-]+$/;

/** Characters that the identity server rejects in names of parameters. */
const PARAMETER_DELIMITERS = /[:/?#[\]@]/;

/** Headers that the identity server withholds from actions by default (wso2/product-is#23130). */
const EXCLUDED_HEADERS: ReadonlySet<string> = new Set([
  ...['authorization', 'cookie', 'set-cookie', 'accept-encoding', 'accept-language', 'dpop'],
  ...['content-length', 'content-type', 'connection', 'host', 'referer', 'user-agent', 'origin'],
  ...['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port'],
  ...['x-forwarded-server', 'x-forwarded-uri'],
]);

const EXCLUDED_PARAMETERS: ReadonlySet<string> = new Set([
  ...['redirect_uri', 'grant_type', 'scope', 'username', 'password', 'refresh_token'],
  ...['client_id', 'client_secret', 'client_assertion', 'client_assertion_type'],
]);

/** Returns one sentence for each name that every identity server rejects. */
export function malformedNames({ headers, parameters }: AllowedNames): readonly string[] {
  return [
    ...headers
      .filter((name) => !HEADER_NAME.test(name))
      .map(
        (name) =>
          `The identity server does not pass on the header ${JSON.stringify(name)}: a name must have two or more letters, digits, "-" and ".", beginning with a letter or digit; send the value in another header, and change the policy or addressHeaders.`,
      ),
    ...parameters
      .filter((name) => name === '' || PARAMETER_DELIMITERS.test(name))
      .map(
        (name) =>
          `The identity server does not pass on the parameter ${JSON.stringify(name)}: a name must not be empty or contain ":", "/", "?", "#", "[", "]" or "@"; change the policy.`,
      ),
  ];
}

/** Returns one sentence for each name that identity servers withhold unless they are configured otherwise. */
export function excludedNames({ headers, parameters }: AllowedNames): readonly string[] {
  return [
    ...headers
      .filter((name) => EXCLUDED_HEADERS.has(name))
      .map(
        (name) =>
          `Asgardeo withholds the header ${name} from actions, as WSO2 Identity Server does by default: let your edge send the value in another header, and change the policy or addressHeaders.`,
      ),
    ...parameters
      .filter((name) => EXCLUDED_PARAMETERS.has(name))
      .map(
        (name) =>
          `Asgardeo withholds the parameter ${name} from actions, as WSO2 Identity Server does by default: remove it from the policy.`,
      ),
  ];
}

const VARIABLES = { headers: 'request.headers', params: 'request.params' } as const;

/** Returns a warning if the policy computes names, which can therefore not be allowed automatically. */
export function computedNamesWarning({ computed }: RequestNames): string | undefined {
  if (computed.size === 0) return undefined;
  const maps = listInWords([...computed].sort().map((map) => VARIABLES[map]));
  return `The policy computes names that it reads in ${maps}: allow them in the action with --allow-header and --allow-parameter of risk-gate register.`;
}
