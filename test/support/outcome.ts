import { applyResponse, type Outcome } from '../../app/tools/identity-server/index.ts';

/** Returns what the identity server does with the service's response, as `fetch` returns it. */
export async function outcomeOf(requestBody: string, response: Response): Promise<Outcome> {
  return applyResponse(requestBody, {
    status: response.status,
    contentType: response.headers.get('content-type') ?? undefined,
    body: await response.text(),
  });
}
