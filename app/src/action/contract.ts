/**
 * Minor versions of the contract, oldest first. A request does not name its minor version: each one only adds fields.
 */
export const CONTRACT_VERSIONS = ['1.0', '1.1', '1.2', '1.3'] as const;
export type ContractVersion = (typeof CONTRACT_VERSIONS)[number];

/** The values of the header `x-wso2-api-version` with which this service has been tested. */
export const KNOWN_API_VERSIONS: readonly string[] = ['v1'];

/** What the fields of a request show about the version of the contract. */
export interface Contract {
  /** The newest version whose fields the request has. A request of a newer server may have fewer of them. */
  readonly version: ContractVersion;
  /** Paths of fields that no known version has, such as `event.device`; at most `MAX_NEW_FIELDS`. */
  readonly newFields: readonly string[];
}

/** More names than any release has added at once. */
export const MAX_NEW_FIELDS = 4;

type JsonObject = Readonly<Record<string, unknown>>;

const ROOT_FIELDS = new Set(['actionType', 'event', 'allowedOperations', 'requestId', 'flowId']);

const ORGANIZATION_FIELDS = ['id', 'name', 'orgHandle', 'depth'];

/** The fields of each object in `event`, of all versions. Claims, headers and parameters are lists: clients name them. */
const EVENT_FIELDS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    request: [
      ...['clientId', 'grantType', 'scopes', 'redirectUri'],
      ...['additionalHeaders', 'additionalParams'],
    ],
    tenant: ['id', 'name'],
    organization: ORGANIZATION_FIELDS,
    user: ['id', 'organization'],
    userStore: ['id', 'name'],
    accessToken: ['tokenType', 'scopes', 'claims'],
    refreshToken: ['claims'],
    session: ['sessionDataKeyConsent'],
    response: ['parameters'],
  }).map(([name, fields]) => [name, new Set(fields)]),
);

const NONE: readonly string[] = [];

/** Returns the version that the fields of a request show. Reads only the names of the outer fields. */
export function contractOf(root: JsonObject, event: JsonObject): Contract {
  let newFields = NONE;
  const add = (path: string) => {
    if (newFields.length < MAX_NEW_FIELDS) newFields = [...newFields, path];
  };
  for (const name in root) if (!ROOT_FIELDS.has(name)) add(name);
  for (const name in event) {
    const fields = EVENT_FIELDS.get(name);
    if (fields === undefined) {
      add(`event.${name}`);
      continue;
    }
    const value = event[name];
    if (typeof value !== 'object' || Array.isArray(value)) continue;
    for (const field in value) if (!fields.has(field)) add(`event.${name}.${field}`);
  }
  return { version: versionOf(event), newFields };
}

function versionOf({ response, session, organization, refreshToken }: JsonObject): ContractVersion {
  if (response !== undefined) return '1.3';
  if (session !== undefined) return '1.2';
  return organization !== undefined || refreshToken !== undefined ? '1.1' : '1.0';
}
