// The sessions that are open, by their ids.
import type { Duplex } from 'node:stream';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import { Session, type SessionIdentity } from './session.ts';
import { type SessionPatience, sessionPatience, watchSession } from './watch-session.ts';

/** How long a build waits for a session that was announced, in milliseconds: as long as BuildKit does. */
const patience = 5000;
/** How long after the end of a session its build may go on, in milliseconds. */
const grace = 200;

export class Sessions {
  /** Also those without an id, which no build can ask for. */
  readonly #all = new Set<Session>();
  readonly #open = new Map<string, Session>();
  readonly #waiting = new Map<string, Set<(session: Session) => void>>();
  readonly #patience: SessionPatience;

  constructor(patience: SessionPatience = sessionPatience) {
    this.#patience = patience;
  }

  /** Begins a session on a connection that is its own from now on; it lasts as long as the connection. */
  add(connection: Duplex, headers: Readonly<Record<string, string>>): Session {
    const session = new Session(connection, identity(headers));
    const { id } = session.identity;
    this.#all.add(session);
    if (id !== '') this.#open.set(id, session);
    watchSession(session, this.#patience);
    void session.closed.then(() => {
      this.#all.delete(session);
      if (this.#open.get(id) === session) this.#open.delete(id);
    });
    for (const tell of this.#waiting.get(id) ?? []) tell(session);
    return session;
  }

  /** The session of that id, which may be on its way. Rejects with a GrpcError when it does not come. */
  get(id: string, signal: AbortSignal): Promise<Session> {
    const known = this.#open.get(id);
    if (known) return Promise.resolve(known);
    if (id === '' || signal.aborted) return Promise.reject(noSession(id));
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(id) ?? new Set();
      this.#waiting.set(id, waiting);
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
        waiting.delete(tell);
        if (waiting.size === 0) this.#waiting.delete(id);
      };
      const tell = (session: Session) => {
        settle();
        resolve(session);
      };
      const gone = () => {
        settle();
        reject(noSession(id));
      };
      const timer = setTimeout(gone, patience);
      signal.addEventListener('abort', gone, { once: true });
      waiting.add(tell);
    });
  }

  /** A signal that is aborted, with a GrpcError, when the session that is there or comes ends before `over` is aborted. */
  loss(id: string, over: AbortSignal): AbortSignal {
    const lost = new AbortController();
    const watch = async () => {
      const session = await this.get(id, over);
      await session.closed;
      // Clients close it when their build is over: that may be heard of first.
      await new Promise(resolve => setTimeout(resolve, grace));
      if (over.aborted) return;
      lost.abort(new GrpcError(grpcCodes.unavailable, `the client's session ${id} ended before the build did`));
    };
    // A build that needs a session which never comes says so itself.
    if (id !== '') watch().catch(() => {});
    return lost.signal;
  }

  close(): void {
    for (const session of this.#all) session.close();
  }
}

function noSession(id: string): GrpcError {
  const why = id === '' ? 'the build names no session' : `no active session for ${id}: context deadline exceeded`;
  return new GrpcError(grpcCodes.unavailable, why);
}

/** Headers of BuildKit's session/manager: repeated ones are joined by ', '. */
function identity(headers: Readonly<Record<string, string>>): SessionIdentity {
  const value = (name: string) => headers[`x-docker-expose-session-${name}`] ?? '';
  return {
    id: value('uuid'),
    name: value('name'),
    sharedKey: value('sharedkey'),
    methods: new Set(value('grpc-method').split(/, */).filter(Boolean)),
  };
}
