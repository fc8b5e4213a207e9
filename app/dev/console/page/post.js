/** Posts a form. Returns the result, or an object with an `error`. */
export async function postForm(path, form) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(form),
    });
    if (response.headers.get('content-type')?.startsWith('application/json')) {
      const body = await response.json();
      return response.ok ? body : { error: body.error ?? `HTTP ${response.status}` };
    }
    return { error: `HTTP ${response.status}: ${await response.text()}` };
  } catch {
    return { error: 'The service does not respond. Is npm start still running?' };
  }
}
