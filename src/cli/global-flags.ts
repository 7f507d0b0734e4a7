// Flags before the command.

import { bool, type Flag, type FlagValues, list, string } from './grammar/flag.ts';

/** A fresh set of the flags; `folder` is the configuration folder, shown as default. */
export const globalFlags = (folder = '') => ({
  config: string('Folder of the client configuration', { initial: folder }),
  context: string('Context that names the daemon (overrides the HOST variables and the default context)', {
    short: 'c',
  }),
  debug: bool('Say more when something fails', { short: 'D' }),
  host: list('Address of the daemon', { short: 'H' }),
  'log-level': string('How much is logged ("debug", "info", "warn", "error", "fatal")', {
    short: 'l',
    initial: 'info',
  }),
  tls: unsaid(bool('Use TLS; implied by --tlsverify')),
  tlscacert: string('Trust certificates signed by this CA only', { initial: folder && `${folder}/ca.pem` }),
  tlscert: string('TLS certificate file', { initial: folder && `${folder}/cert.pem` }),
  tlskey: string('TLS key file', { initial: folder && `${folder}/key.pem` }),
  tlsverify: unsaid(bool('Use TLS and verify the daemon')),
  version: bool('Print the version and quit', { short: 'v' }),
});

/** A switch that a variable decides on where nothing is said; `--name=false` says something. */
function unsaid(flag: Flag<boolean>): Flag<boolean | undefined> {
  return { ...flag, initial: undefined, parse: text => flag.parse(text, false) };
}

export type GlobalOptions = FlagValues<ReturnType<typeof globalFlags>>;
