// `--docker host=…,ca=…`: the endpoint of a context as the command line describes it.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readTlsFiles } from '../../client/index.ts';
import { systemMessage } from '../container-config/env.ts';
import { type Flag, parseBool } from '../grammar/flag.ts';
import type { ContextStore, EndpointMetadata } from './context-store.ts';

/** An endpoint and its PEM files. */
interface DockerEndpoint {
  readonly metadata: EndpointMetadata;
  readonly tls: Readonly<Record<string, Buffer>>;
}

const keys = ['from', 'host', 'ca', 'cert', 'key', 'skip-tls-verify'];

/** What the help of `create` and `update` says of the flag. */
export function endpointHelp(command: string): string {
  return `Docker endpoint config:

NAME                DESCRIPTION
from                Copy named context's Docker endpoint configuration
host                Docker endpoint on which to connect
ca                  Trust certs signed only by this CA
cert                Path to TLS certificate file
key                 Path to TLS key file
skip-tls-verify     Skip TLS certificate validation

Example:

$ ${command} my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"`;
}

/** The flag itself: `key=value` pairs parted by commas; given again, they add up. */
export const dockerFlag = (): Flag<Readonly<Record<string, string>> | undefined> => ({
  type: 'stringToString',
  usage: 'Set the docker endpoint',
  initial: undefined,
  shownDefault: '[]',
  parse(text, previous) {
    const pairs = text.split(',').map(pair => {
      const equals = pair.indexOf('=');
      if (equals < 0) throw new Error(`${pair} must be formatted as key=value`);
      return [pair.slice(0, equals), pair.slice(equals + 1)] as const;
    });
    return { ...previous, ...Object.fromEntries(pairs) };
  },
});

/** Reads and checks what the flag names; `from` reads another context. Throws a plain Error. */
export function readDockerEndpoint(
  config: Readonly<Record<string, string>>,
  { store, directory }: { store: ContextStore; directory: string },
): DockerEndpoint {
  try {
    const unknown = Object.keys(config).filter(key => !keys.includes(key));
    if (unknown.length > 0) throw new Error(unknown.map(key => `unrecognized config key: ${key}`).join('\n'));
    if (config.from !== undefined) {
      const { Endpoints } = store.read(config.from);
      if (!Endpoints.docker) throw new Error(`unable to get endpoint from context "${config.from}"`);
      return { metadata: Endpoints.docker, tls: store.tlsMaterial(config.from).docker ?? {} };
    }
    return described(config, directory);
  } catch (error) {
    throw new Error(`unable to create docker endpoint config: ${(error as Error).message}`, { cause: error });
  }
}

function described(config: Readonly<Record<string, string>>, directory: string): DockerEndpoint {
  const skip = readSkip(config['skip-tls-verify']);
  const paths = (['ca', 'cert', 'key'] as const).flatMap(key =>
    config[key] ? [[key, resolve(directory, config[key])] as const] : [],
  );
  const tls = Object.fromEntries(paths.map(([key, path]) => [`${key}.pem`, readPem(path)]));
  const host = config.host ?? '';
  if (host !== '' && !/^[a-z]+:\/\/./.test(host)) {
    throw new Error(`unable to apply docker endpoint options: unable to parse docker host \`${host}\``);
  }
  const { ca, cert, key } = Object.fromEntries(paths) as Partial<Record<'ca' | 'cert' | 'key', string>>;
  try {
    if (paths.length > 0) readTlsFiles({ ca, cert, key, verify: !skip });
  } catch (error) {
    const why = (error as Error).message.replace(/^Failed to initialize: /, '');
    throw new Error(`unable to apply docker endpoint options: ${why}`, { cause: error });
  }
  return { metadata: { ...(host === '' ? {} : { Host: host }), SkipTLSVerify: skip }, tls };
}

function readSkip(text: string | undefined): boolean {
  if (text === undefined || text === '') return false;
  try {
    return parseBool(text);
  } catch (error) {
    throw new Error(`skip-tls-verify: parsing ${JSON.stringify(text)}: invalid syntax`, { cause: error });
  }
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`open ${path}: ${systemMessage(error)}`, { cause: error });
  }
}
