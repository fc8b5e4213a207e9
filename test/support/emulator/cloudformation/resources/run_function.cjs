// Runs the handler of a Lambda function once: node run_function.cjs <folder> <handler> <timeout in seconds> < event.
const { readFileSync, writeFileSync } = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const { join } = require('node:path');

const [, , folder, name, timeoutSeconds] = process.argv;
const emulator = new URL(process.env.EMULATOR_ENDPOINT);

// CDK's own handlers send the response of a custom resource with `https`, to the host of ResponseURL without its port.
const { request } = https;
https.request = (options, ...more) =>
  options.hostname === emulator.hostname
    ? http.request({ ...options, port: emulator.port }, ...more)
    : request(options, ...more);

// Lambda ends a function at its timeout. The unit is seconds.
setTimeout(() => {
  process.stderr.write(`Task timed out after ${timeoutSeconds} seconds\n`);
  process.exit(1);
}, Number(timeoutSeconds) * 1000).unref();

async function main() {
  const [file, method] = name.split('.');
  const handler = require(join(folder, file))[method];
  const result = await handler(JSON.parse(readFileSync(0, 'utf8')), {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    awsRequestId: 'emulated',
    logStreamName: 'emulated',
    getRemainingTimeInMillis: () => Number(timeoutSeconds) * 1000,
  });
  writeFileSync(process.env.EMULATOR_RESULT, JSON.stringify(result ?? null));
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack ?? error}\n`);
    process.exit(1);
  },
);
