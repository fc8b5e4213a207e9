import { randomUUID } from 'node:crypto';
import {
  type ActionBody,
  type ActionRule,
  type Generation,
  readActionBody,
} from './action-body.ts';
import { ApiError } from './api-error.ts';
import { checkFields, readAuthentication, type StoredAuthentication } from './validate.ts';

/** The path of actions of this type, below the base of the API. */
export const TYPE_PATH = '/actions/preIssueAccessToken';

/** An action as the identity server keeps it, secrets included. */
export interface StoredAction {
  readonly id: string;
  name: string;
  description: string | undefined;
  status: 'ACTIVE' | 'INACTIVE';
  version: string;
  readonly createdAt: string;
  updatedAt: string;
  uri: string;
  authentication: StoredAuthentication;
  allowedHeaders: readonly string[] | undefined;
  allowedParameters: readonly string[] | undefined;
  rule: ActionRule | undefined;
}

export interface ActionStoreOptions {
  readonly generation: Generation;
  /** Actions of this type that the organization may have. */
  readonly maximum: number;
  readonly latestVersion: string;
  /** Whether actions of this version can have rules. */
  readonly allowsRules: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The actions of one organization, with the checks of the identity server. */
export class ActionStore {
  readonly actions: StoredAction[] = [];
  readonly #options: ActionStoreOptions;

  constructor(options: ActionStoreOptions) {
    this.#options = options;
  }

  list(): readonly object[] {
    return this.actions.map((action) => this.#toListItem(action));
  }

  get(id: string): object {
    const action = this.actions.find((each) => each.id === id);
    if (action === undefined) throw new ApiError('60012', 'No action with this id.');
    return this.#toObject(action);
  }

  /** Checks form and rule first, then the fields, and at last the number of actions. */
  create(text: string): object {
    const body = readActionBody(text, 'create', this.#options.generation);
    this.#checkRuleSupport(body);
    checkFields(body);
    if (this.actions.length >= this.#options.maximum) {
      throw new ApiError('60002', 'Maximum number of actions per action type is reached.');
    }
    const { name = '', description, endpoint } = body;
    const time = this.#time();
    const action: StoredAction = {
      id: randomUUID(),
      name,
      description,
      status: 'INACTIVE',
      version: this.#options.latestVersion,
      createdAt: time,
      updatedAt: time,
      uri: endpoint?.uri ?? '',
      authentication: readAuthentication(endpoint?.authentication ?? { type: 'NONE' }),
      allowedHeaders: endpoint?.allowedHeaders,
      allowedParameters: endpoint?.allowedParameters,
      rule: ruleOf(body.rule),
    };
    this.actions.push(action);
    return this.#toObject(action);
  }

  /** Changes what the body contains; everything else stays. */
  update(id: string, text: string): object {
    const body = readActionBody(text, 'update', this.#options.generation);
    this.#checkRuleSupport(body);
    const action = this.#find(id);
    const { name, description, version, endpoint, rule } = body;
    if (version !== undefined && version !== this.#options.latestVersion) {
      throw new ApiError('60009', `The latest version is ${this.#options.latestVersion}.`);
    }
    checkFields(body);
    for (const [stored, given] of [
      [action.allowedHeaders, endpoint?.allowedHeaders],
      [action.allowedParameters, endpoint?.allowedParameters],
    ]) {
      // An empty list of a creation is not deleted before the new one is inserted.
      if (stored?.length === 0 && given !== undefined) throw new ApiError('65004', 'Error.');
    }
    action.name = name ?? action.name;
    action.description = description ?? action.description;
    action.version = version ?? action.version;
    action.uri = endpoint?.uri ?? action.uri;
    if (endpoint?.authentication !== undefined) {
      action.authentication = readAuthentication(endpoint.authentication);
    }
    action.allowedHeaders = unlessEmpty(endpoint?.allowedHeaders, action.allowedHeaders);
    action.allowedParameters = unlessEmpty(endpoint?.allowedParameters, action.allowedParameters);
    if (rule !== undefined) action.rule = ruleOf(rule);
    action.updatedAt = this.#time();
    return this.#toObject(action);
  }

  setStatus(id: string, status: StoredAction['status']): object {
    const action = this.#find(id);
    action.status = status;
    action.updatedAt = this.#time();
    return this.#toListItem(action);
  }

  /** Does nothing if there is no such action. */
  delete(id: string): void {
    const index = this.actions.findIndex((action) => action.id === id);
    if (index >= 0) this.actions.splice(index, 1);
  }

  #find(id: string): StoredAction {
    const action = this.actions.find((each) => each.id === id);
    if (action !== undefined) return action;
    const status = this.#options.generation === 'old' ? 400 : 404;
    throw new ApiError('60003', 'No action is configured for the given id.', status);
  }

  #checkRuleSupport({ rule }: ActionBody): void {
    if (!this.#options.allowsRules && ruleOf(rule) !== undefined) {
      throw new ApiError('600010', 'Rules are not supported for this version.');
    }
  }

  #time(): string {
    return new Date(this.#options.now()).toISOString();
  }

  #toListItem(action: StoredAction): object {
    const { id, name, description, status } = action;
    return {
      ...{ id, type: 'PRE_ISSUE_ACCESS_TOKEN', name, description, status },
      ...this.#newFields(action),
      links: [{ href: `/api/server/v1${TYPE_PATH}/${id}`, method: 'GET', rel: 'self' }],
    };
  }

  #toObject(action: StoredAction): object {
    const { id, name, description, status, uri, authentication, rule } = action;
    const { type, visible } = authentication;
    const isNew = this.#options.generation === 'new';
    return {
      ...{ id, type: 'PRE_ISSUE_ACCESS_TOKEN', name, description, status },
      ...this.#newFields(action),
      endpoint: {
        uri,
        authentication: {
          type,
          ...(isNew && Object.keys(visible).length > 0 && { properties: visible }),
        },
        allowedHeaders: action.allowedHeaders,
        allowedParameters: action.allowedParameters,
      },
      rule,
    };
  }

  #newFields({ version, createdAt, updatedAt }: StoredAction): object {
    return this.#options.generation === 'new' ? { version, createdAt, updatedAt } : {};
  }
}

function ruleOf(rule: ActionBody['rule']): ActionRule | undefined {
  return rule !== undefined && 'rules' in rule ? (rule as ActionRule) : undefined;
}

function unlessEmpty(
  given: readonly string[] | undefined,
  stored: readonly string[] | undefined,
): readonly string[] | undefined {
  if (given === undefined) return stored;
  return given.length === 0 ? undefined : given;
}
