/** What the API responds. */
export interface ApiResponse {
  readonly status: number;
  /** JSON; absent for a response without a body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Statuses of errors other than 400, which is that of all others of the client. */
const STATUSES: Readonly<Record<string, number>> = {
  '60012': 404,
  '60015': 403,
  '65001': 500,
  '65004': 500,
  '650015': 501,
  '650016': 501,
};

const MESSAGES: Readonly<Record<string, string>> = {
  '60001': 'Invalid action type.',
  '60002': 'Unable to create an Action.',
  '60003': 'Unable to perform the operation.',
  '60004': 'Invalid request.',
  '60005': 'Invalid request.',
  '60007': 'Allowed headers are invalid.',
  '60008': 'Allowed parameters are invalid.',
  '60009': 'Invalid action version.',
  '60010': 'Required authentication properties are missing.',
  '60011': 'Authentication property is empty.',
  '60012': 'No action found.',
  '60013': 'Invalid rule.',
  '60014': 'Invalid payload.',
  '60015': 'Operation is not allowed.',
  '600010': 'Rules are not supported.',
  '65001': 'Error while adding the action.',
  '65004': 'Error while updating the action.',
  '650015': 'Not implemented.',
};

/** An error of the API with a code. */
export class ApiError extends Error {
  readonly response: ApiResponse;

  /** @param code without its prefix. @param status @default that of the code */
  constructor(code: string, description: string, status = STATUSES[code] ?? 400) {
    super(description);
    this.response = {
      status,
      body: { code: `ACTION-${code}`, message: MESSAGES[code] ?? 'Error.', description },
    };
  }
}

/** A response without a body: a missing or rejected token, a missing scope, a violation of declared limits. */
export class BareError extends Error {
  readonly response: ApiResponse;

  constructor(status: number) {
    super(`Status ${status}`);
    this.response = { status };
  }
}
