import type { Access } from './access.ts';
import { RULE_FIELDS } from './action-body.ts';
import { type ActionStore, TYPE_PATH } from './action-store.ts';
import { ApiError, type ApiResponse, BareError } from './api-error.ts';
import { type Application, listApplications, readOidc } from './applications.ts';

/** An organization of Asgardeo, or a tenant of WSO2 Identity Server. */
export interface OrganizationState {
  readonly access: Access;
  readonly store: ActionStore;
  readonly applications: readonly Application[];
  readonly isSubOrganization: boolean;
  readonly isTypeDisabled: boolean;
}

/** A call of the API; the path is relative to the base. */
export interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
}

const GRANTS = ['authorization_code', 'password', 'refresh_token', 'client_credentials'];

/** Types of the API that are not implemented, or of other actions. */
const UNIMPLEMENTED_TYPES = ['preRegistration', 'authentication'];

/** Answers a call as the API does. @throws ApiError or BareError */
export function respond(state: OrganizationState, call: ApiCall): ApiResponse {
  const { path, method, query } = call;
  const { access } = state;
  if (path === '/applications' && method === 'GET') {
    access.require(call.authorization, 'internal_application_mgt_view');
    return listApplications(state.applications, query);
  }
  const [, applicationId] = /^\/applications\/([^/]+)\/inbound-protocols\/oidc$/.exec(path) ?? [];
  if (applicationId !== undefined && method === 'GET') {
    access.require(call.authorization, 'internal_application_mgt_view');
    return readOidc(state.applications, applicationId);
  }
  if (path === '/rules/metadata' && method === 'GET') {
    access.require(call.authorization, 'internal_rule_metadata_view');
    if (query.get('flow') !== 'preIssueAccessToken') throw new BareError(400);
    return { status: 200, body: ruleMetadata(state) };
  }
  if (path === '/actions/types' && method === 'GET') {
    access.require(call.authorization, 'internal_action_mgt_view');
    return { status: 200, body: actionTypes(state) };
  }
  const [, type, id, operation] =
    /^\/actions\/([^/]+)(?:\/([^/]+)(?:\/(activate|deactivate))?)?$/.exec(path) ?? [];
  if (type === undefined) throw new BareError(404);
  access.require(call.authorization, scopeOf(method, operation));
  if (UNIMPLEMENTED_TYPES.includes(type)) throw new ApiError('650015', 'Not implemented.');
  if (type !== TYPE_PATH.split('/').at(-1)) throw new ApiError('60001', 'Invalid action type.');
  if (state.isTypeDisabled) throw new ApiError('650015', 'Not implemented.');
  if (state.isSubOrganization) throw new ApiError('60015', 'Not allowed in sub-organizations.');
  return respondToAction(state.store, call, id, operation);
}

function scopeOf(method: string, operation: string | undefined): string {
  if (method === 'GET') return 'internal_action_mgt_view';
  if (method === 'PATCH' || operation !== undefined) return 'internal_action_mgt_update';
  if (method === 'POST') return 'internal_action_mgt_create';
  if (method === 'DELETE') return 'internal_action_mgt_delete';
  throw new BareError(405);
}

function respondToAction(
  store: ActionStore,
  { method, body }: ApiCall,
  id: string | undefined,
  operation: string | undefined,
): ApiResponse {
  switch ([method, id && 'id', operation].filter(Boolean).join(' ')) {
    case 'GET':
      return { status: 200, body: store.list() };
    case 'POST':
      return { status: 201, body: store.create(body) };
    case 'GET id':
      return { status: 200, body: store.get(id ?? '') };
    case 'PATCH id':
      return { status: 200, body: store.update(id ?? '', body) };
    case 'DELETE id':
      store.delete(id ?? '');
      return { status: 204 };
    case 'POST id activate':
      return { status: 200, body: store.setStatus(id ?? '', 'ACTIVE') };
    case 'POST id deactivate':
      return { status: 200, body: store.setStatus(id ?? '', 'INACTIVE') };
    default:
      throw new BareError(405);
  }
}

function actionTypes({ store, isSubOrganization }: OrganizationState): readonly object[] {
  if (isSubOrganization) return [];
  return [
    {
      type: 'PRE_ISSUE_ACCESS_TOKEN',
      displayName: 'Pre Issue Access Token',
      description: 'Configure an extension point for modifying access tokens.',
      count: store.actions.length,
      self: `/api/server/v1${TYPE_PATH}`,
    },
  ];
}

function ruleMetadata({ applications }: OrganizationState): readonly object[] {
  const values: Readonly<Record<string, readonly string[]>> = {
    application: applications.map(({ id }) => id),
    grantType: GRANTS,
  };
  return RULE_FIELDS.map((name) => ({
    field: { name, displayName: name },
    operators: ['equals', 'notEquals'].map((operator) => ({
      name: operator,
      displayName: operator,
    })),
    value: { inputType: 'options', valueType: 'string', values: values[name] },
  }));
}
