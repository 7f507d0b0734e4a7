// The connection a client of BuildKit opens to be asked things during its builds: files, secrets, credentials, agents.
import type { Duplex } from 'node:stream';
import {
  bytesMessage,
  checkAgentRequest,
  credentialsRequest,
  credentialsResponse,
  getSecretRequest,
  getSecretResponse,
} from '../../../api/buildkit/callbacks.ts';
import { decode, encode } from '../../../api/buildkit/message.ts';
import type { BlobStore, RegistryCredentials } from '../../../builder/index.ts';
import { type ClientCall, GrpcConnection } from '../../../lib/grpc/client.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import { MessageDuplex } from './message-duplex.ts';
import { SessionBlobs } from './session-blobs.ts';

/** What a client says of its session in the headers of `POST /session`. */
export interface SessionIdentity {
  readonly id: string;
  readonly name: string;
  /** The same for every build of one directory: what it sent before can be used again. */
  readonly sharedKey: string;
  /** Methods it answers, `/moby.filesync.v1.FileSync/DiffCopy`. */
  readonly methods: ReadonlySet<string>;
}

const methods = {
  health: '/grpc.health.v1.Health/Check',
  credentials: '/moby.filesync.v1.Auth/Credentials',
  secret: '/moby.buildkit.secrets.v1.Secrets/GetSecret',
  checkAgent: '/moby.sshforward.v1.SSH/CheckAgent',
  forwardAgent: '/moby.sshforward.v1.SSH/ForwardAgent',
  syncFiles: '/moby.filesync.v1.FileSync/DiffCopy',
  sendFiles: '/moby.filesync.v1.FileSend/DiffCopy',
  upload: '/moby.upload.v1.Upload/Pull',
} as const;

/** One session; the questions throw a GrpcError when the client refuses or is gone. */
export class Session {
  readonly identity: SessionIdentity;
  readonly closed: Promise<void>;
  readonly #connection: GrpcConnection;

  constructor(connection: Duplex, identity: SessionIdentity) {
    this.identity = identity;
    this.#connection = new GrpcConnection(connection);
    this.closed = this.#connection.closed;
  }

  /** Resolves when the client answers anything at all, be it a refusal; rejects when it is gone or `signal` says that it is late. */
  async ping(signal: AbortSignal): Promise<void> {
    try {
      await this.#connection.unary(methods.health, new Uint8Array(), { signal });
    } catch (error) {
      if (signal.aborted || !(error instanceof GrpcError) || error.code === grpcCodes.unavailable) throw error;
    }
  }

  /** Undefined where the client has none for that registry. */
  async credentials(registry: string, signal: AbortSignal): Promise<RegistryCredentials | undefined> {
    if (!this.#answers(methods.credentials)) return undefined;
    // Docker Hub is known to clients by the host that serves it.
    const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
    const reply = await this.#connection.unary(methods.credentials, encode(credentialsRequest, { host }), { signal });
    const { username, secret } = decode(credentialsResponse, reply);
    if (secret === '') return undefined;
    return username === '' ? { identityToken: secret } : { username, password: secret };
  }

  /** Undefined where the client knows no secret by that id. */
  async secret(id: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    if (!this.#answers(methods.secret)) return undefined;
    try {
      const reply = await this.#connection.unary(methods.secret, encode(getSecretRequest, { id }), { signal });
      return decode(getSecretResponse, reply).data;
    } catch (error) {
      if (error instanceof GrpcError && error.code === grpcCodes.notFound) return undefined;
      throw error;
    }
  }

  /** Why the client forwards no SSH agent by that id, in its own words if it has any; undefined when it does. */
  async missingSsh(id: string, signal: AbortSignal): Promise<string | undefined> {
    const none = `no SSH key ${JSON.stringify(id)} forwarded from the client`;
    if (!this.#answers(methods.checkAgent)) return none;
    return await this.#connection
      .unary(methods.checkAgent, encode(checkAgentRequest, { id }), { signal })
      .then(() => undefined)
      .catch((error: unknown) => {
        if (!(error instanceof GrpcError) || error.code === grpcCodes.unavailable) throw error;
        return error.code === grpcCodes.unimplemented ? none : error.message;
      });
  }

  /** A connection to the client's SSH agent. */
  ssh(id: string, signal: AbortSignal): Duplex {
    return this.#bytes(methods.forwardAgent, { 'buildkit.ssh.id': id }, signal);
  }

  /** What the client uploads under that path: a context that came on its standard input. */
  upload(url: URL, signal: AbortSignal): Duplex {
    return this.#bytes(methods.upload, { urlpath: url.pathname, urlhost: url.host }, signal);
  }

  /** A file on the client's side, which it opens by the exporter's number and closes when the stream ends. */
  writeFile(options: { exporter: number; metadata: Readonly<Record<string, string>> }, signal: AbortSignal): Duplex {
    return this.#bytes(methods.sendFiles, exporterMetadata(options.exporter, options.metadata), signal);
  }

  /** fsutil packets about a directory that the client sends. */
  syncFiles(metadata: Readonly<Record<string, string | readonly string[]>>, signal: AbortSignal): ClientCall {
    if (!this.#answers(methods.syncFiles)) throw new GrpcError(grpcCodes.unknown, 'no local sources enabled');
    return this.#connection.call(methods.syncFiles, { metadata, signal });
  }

  /** fsutil packets about a directory that the client receives. */
  sendFiles(exporter: number, signal: AbortSignal): ClientCall {
    return this.#connection.call(methods.sendFiles, { metadata: exporterMetadata(exporter, {}), signal });
  }

  /** Blobs in a directory of the client, by the id it gave it. */
  blobs(id: string): BlobStore {
    return new SessionBlobs(this.#connection, id);
  }

  close(): void {
    this.#connection.close();
  }

  #answers(method: string): boolean {
    return this.identity.methods.has(method);
  }

  #bytes(method: string, metadata: Record<string, string>, signal: AbortSignal): Duplex {
    return new MessageDuplex(this.#connection.call(method, { metadata, signal }), {
      decode: message => decode(bytesMessage, message).data,
      encode: data => encode(bytesMessage, { data }),
    });
  }
}

function exporterMetadata(exporter: number, metadata: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(metadata).map(([name, value]) => [`exporter-md-${name}`, value]);
  return { 'buildkit-attachable-exporter-id': String(exporter), ...Object.fromEntries(own) };
}
