/** Health check of the container, whose image has no shell: exits with 0 while the service is alive. */
const url = `http://127.0.0.1:${process.env.PORT || 3000}/healthz`;

fetch(url, { signal: AbortSignal.timeout(2000) }).then(
  (response) => process.exit(response.ok ? 0 : 1),
  () => process.exit(1),
);
