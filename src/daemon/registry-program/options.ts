// The flags of `berth registry serve`, `gc` and `passwd`.

import type { DaemonOption } from '../configuration/options.ts';

const help: DaemonOption = { flag: 'help', short: 'h', kind: 'bool', help: 'Print usage' };

const shared: readonly DaemonOption[] = [
  { flag: 'config', short: 'c', kind: 'string', help: 'Configuration file, YAML or JSON; flags count more' },
  { flag: 'root', kind: 'string', help: 'Folder of everything the registry keeps' },
  { flag: 'log-format', kind: 'string', help: 'Format of the log (text, json)' },
  { flag: 'log-level', short: 'l', kind: 'string', help: 'Level of the log (debug, info, warn, error, fatal)' },
];

export const serveOptions: readonly DaemonOption[] = [
  ...shared,
  help,
  { flag: 'gc-interval', kind: 'string', help: 'Time between two collections of garbage, 0 for none (1h)' },
  { flag: 'htpasswd', kind: 'string', help: 'File of users and their bcrypt passwords; see "berth registry passwd"' },
  {
    flag: 'insecure-upstream',
    kind: 'list',
    help: 'Upstream registry whose certificate does not matter, and that may speak plain HTTP',
  },
  { flag: 'listen', kind: 'list', help: 'Where to listen: [host]:port or unix:///path (127.0.0.1:5000)' },
  { flag: 'read-only', kind: 'bool', help: 'Refuse whatever would change something' },
  { flag: 'tls-cert', kind: 'string', help: 'Path of the TLS certificate' },
  { flag: 'tls-client-ca', kind: 'string', help: 'Serve only clients with certificates signed by this CA' },
  { flag: 'tls-key', kind: 'string', help: 'Path of the TLS key' },
  {
    flag: 'tokens',
    kind: 'bool',
    help: 'Give users of --htpasswd tokens instead of asking for their password each time',
  },
  { flag: 'upstream', kind: 'map', help: 'Keep what is pulled below a prefix from another registry (hub=docker.io)' },
];

export const collectOptions: readonly DaemonOption[] = [
  ...shared,
  help,
  { flag: 'dry-run', kind: 'bool', help: 'Remove nothing; say what would be removed' },
  { flag: 'grace', kind: 'string', help: 'Spare what was pushed or asked for within this time (1h)' },
];

export const passwdOptions: readonly DaemonOption[] = [
  help,
  { flag: 'cost', kind: 'int', help: 'Cost of bcrypt, 4 to 31 (10)' },
  { flag: 'delete', short: 'D', kind: 'bool', help: 'Remove the user' },
  { flag: 'password-stdin', kind: 'bool', help: 'Take the password from stdin (always so)', hidden: true },
];
