import { startupWarning } from '../../../../app/dev/terminal/startup-warning.ts';

test.each([
  [{ level: 'warn', event: 'policy-fails-open', msg: 'It fails open.' }, ['It fails open.']],
  [{ level: 'error', event: 'abuseipdb-key-missing', msg: 'No key.' }, ['No key.']],
  [{ level: 'warn', event: 'geo-database-bundled', msg: 'It is old.' }, []],
  [{ level: 'info', event: 'policy' }, []],
  [{ level: 'warn', event: 'cache-failure' }, []],
])('of the log line %j the banner shows %j', (record, messages) => {
  expect(startupWarning(JSON.stringify(record))).toEqual(messages);
});
