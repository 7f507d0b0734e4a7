// What every command is given: where it writes, and the daemon it talks to.

import { type Client, connect, isFromDaemon, readTlsFiles, type TlsFiles } from '../client/index.ts';
import { ContextStore } from './contexts/context-store.ts';
import type { GlobalOptions } from './global-flags.ts';
import { type ClientConfig, configFolder, readClientConfig } from './host/client-config.ts';
import { resolveContextName, resolveHost } from './host/resolve-host.ts';
import type { Io } from './io.ts';

export interface Context {
  readonly io: Io;
  /** The path of the command as it was called: `container ls`. */
  readonly commandPath: string;
  readonly options: GlobalOptions;
  /** Address of the daemon. */
  readonly host: string;
  /** Certificates of the connection; undefined when it is not encrypted. */
  readonly tls: TlsFiles | undefined;
  /** Name of the context the address comes from; there may be none of that name. */
  readonly contextName: string;
  /** The user's configuration file; made of nothing when there is none. */
  readonly config: ClientConfig;
  readonly client: Client;
  /** The user's contexts. */
  readonly contexts: ContextStore;
  /** Writes text to standard output, and waits while it is full. */
  print(text: string): Promise<void>;
  /** Writes a line to standard error. */
  warn(line: string): void;
}

/** Makes the context of one command; the daemon is looked for when `client` or `host` is first used. */
export function createContext(io: Io, options: GlobalOptions, commandPath: string): Context {
  const lazy = <T>(make: () => T) => {
    let made: { value: T } | undefined;
    return () => (made ??= { value: make() }).value;
  };
  const target = lazy(() => resolveHost({ options, io, config: config() }));
  const config = lazy(() => readClientConfig(io, options));
  const client = lazy(() => {
    const { host, tls } = target();
    const version = io.environment.DOCKER_API_VERSION || undefined;
    return connect({ host, version, tls: tls && readTlsFiles(tls), remoteProgram: io.program });
  });
  const contexts = lazy(() => new ContextStore(configFolder(io, options)));
  return {
    io,
    options,
    commandPath,
    get host() {
      return target().host;
    },
    get tls() {
      return target().tls;
    },
    get contextName() {
      return resolveContextName({ options, io, config: config() });
    },
    get config() {
      return config();
    },
    get contexts() {
      return contexts();
    },
    get client() {
      return client();
    },
    async print(text) {
      // Both may end on one terminal, where what was said first has to stand first.
      await io.stderr.flush();
      if (!io.stdout.write(text)) await io.stdout.drained();
    },
    warn(line) {
      io.stderr.write(`${line}\n`);
    },
  };
}

/** The text of an error as Docker prints it: what a daemon said gets its prefix. */
export function describeFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return isFromDaemon(error) ? `Error response from daemon: ${message}` : message;
}
