import { randomBytes } from 'node:crypto';
import { error, type Finding, ok, warning } from '../findings/finding.ts';
import { readResponse } from '../identity-server/read-response.ts';
import { isFirewallRefusal } from '../requests/firewall.ts';
import { type CallResult, call, describeFailure } from './call.ts';
import type { SmokeTarget } from './target.ts';

/** Checks that calls need the credential: with it, without it, and with a wrong one. */
export async function checkAuthentication(
  target: SmokeTarget,
  request: object,
  authorized: CallResult,
): Promise<readonly Finding[]> {
  // The others would fail, too.
  if ('failure' in authorized) return [describeAuthorized(authorized)];
  const without = await call(target, request, { credential: {} });
  const wrong = await call(target, request, { credential: wrongCredential(target.credential) });
  return [
    describeAuthorized(authorized),
    describeUnauthorized('without a credential', without),
    describeUnauthorized('with a wrong credential', wrong),
  ];
}

/** Returns the same headers with other secrets. */
function wrongCredential(credential: SmokeTarget['credential']): SmokeTarget['credential'] {
  return Object.fromEntries(
    Object.entries(credential).map(([name, value]) => {
      const [scheme] = /^(?:Bearer|Basic) /.exec(value) ?? [''];
      const secret =
        scheme === 'Basic ' ? randomBytes(32).toString('base64') : randomBytes(32).toString('hex');
      return [name, `${scheme}${secret}`];
    }),
  );
}

function describeAuthorized(result: CallResult): Finding {
  if ('failure' in result) {
    return error(
      `The endpoint cannot be called, because ${describeFailure(result.failure, result.detail)}.`,
    );
  }
  const { status, body } = result.response;
  if (isFirewallRefusal(status, body)) {
    return error(
      'The firewall of the stack refuses the call: run the command from an address in allowedCidrs, or wait five minutes if there were too many calls.',
    );
  }
  if (status === 200) return ok('A call with the credential is accepted.');
  if (status === 401) {
    return error(
      'The service rejects the credential: it reads a new secret within five minutes; after that, check that the secret is that of this endpoint.',
    );
  }
  return error(
    `A call with the credential gets status ${status} instead of 200: look at the log of the service.`,
  );
}

function describeUnauthorized(how: string, result: CallResult): Finding {
  if ('failure' in result) {
    return error(
      `A call ${how} gets no response, because ${describeFailure(result.failure, result.detail)}.`,
    );
  }
  const { status, contentType, body } = result.response;
  if (isFirewallRefusal(status, body)) {
    return warning(
      `A call ${how} is refused by the firewall of the stack, so the rejection by the service was not checked: wait five minutes, and run the command again.`,
    );
  }
  if (status !== 401) {
    return error(
      status === 200
        ? `A call ${how} is accepted: anybody can request decisions, so check what answers at this URL.`
        : `A call ${how} gets status ${status} instead of 401: check what answers at this URL.`,
    );
  }
  const read = readResponse({ status, contentType, body });
  return read.kind === 'error' && read.description !== undefined
    ? ok(`A call ${how} is rejected with 401, in the form that the identity server expects.`)
    : error(
        `A call ${how} is rejected with 401, but not in the form of the action: check what answers at this URL.`,
      );
}
