// A CloudFront Function, runtime 2.0. It overwrites the header, so that no caller can choose its value: the firewall
// takes the caller's address from it.
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it.
function handler(event) {
  const request = event.request;
  request.headers['x-risk-gate-viewer-address'] = { value: event.viewer.ip };
  return request;
}
