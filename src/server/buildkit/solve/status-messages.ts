// News of a build as BuildKit's Status stream tells them.
import type { StatusResponse } from '../../../api/buildkit/control.ts';
import type { BuildEvent, CacheReason, Vertex } from '../../../builder/index.ts';

/** Turns events into messages, in order. A vertex is always told whole: each message of it replaces the last. */
export class StatusMessages {
  readonly #vertexes = new Map<string, NonNullable<StatusResponse['vertexes']>[number]>();
  readonly #why: boolean;

  /** `why`: the client wants to know why steps ran or did not, as parts of them whose names begin with `why: `. */
  constructor({ why }: { why: boolean } = { why: false }) {
    this.#why = why;
  }

  /** Undefined for news that BuildKit has no words for. */
  of(event: BuildEvent): Partial<StatusResponse> | undefined {
    switch (event.kind) {
      case 'dockerfile':
      case 'plan':
        return undefined;
      case 'vertex':
        return this.#vertex(event.vertex.digest, described(event.vertex));
      case 'started':
        return this.#vertex(event.vertex, { started: event.at, completed: undefined });
      case 'completed':
        return {
          ...(this.#why && event.reason && { statuses: [reasonOf(event.vertex, event.reason, event.at)] }),
          ...this.#vertex(event.vertex, {
            // What was cached never started; clients want a beginning for every end.
            started: this.#vertexes.get(event.vertex)?.started ?? event.at,
            completed: event.at,
            cached: event.cached,
            error: event.error ?? '',
          }),
        };
      case 'status': {
        const { id, vertex, current, total, at, started, completed } = event;
        return { statuses: [{ id, vertex, current, total, timestamp: at, started, completed }] };
      }
      case 'log': {
        // It only tells that the step is about to run.
        if (event.data.length === 0) return undefined;
        const stream = event.stream === 'stderr' ? 2 : 1;
        return { logs: [{ vertex: event.vertex, timestamp: event.at, stream, msg: event.data }] };
      }
      case 'warning':
        return { warnings: [warningOf(event)] };
    }
  }

  #vertex(digest: string, news: Partial<StatusResponse['vertexes'][number]>): Partial<StatusResponse> {
    const vertex = { digest, ...this.#vertexes.get(digest), ...news };
    this.#vertexes.set(digest, vertex);
    return { vertexes: [vertex] };
  }
}

function reasonOf(vertex: string, { kind, detail }: CacheReason, at: Date): StatusResponse['statuses'][number] {
  const what = { hit: 'cached', imported: 'cached', shared: 'cached' }[kind as string] ?? 'run';
  const id = `why: ${what}, ${detail}`;
  return { id, vertex, timestamp: at, started: at, completed: at };
}

/** Joins messages into one, so that a burst of news is one write. */
export function joinStatus(messages: readonly Partial<StatusResponse>[]): Partial<StatusResponse> {
  return {
    vertexes: messages.flatMap(({ vertexes = [] }) => vertexes),
    statuses: messages.flatMap(({ statuses = [] }) => statuses),
    logs: messages.flatMap(({ logs = [] }) => logs),
    warnings: messages.flatMap(({ warnings = [] }) => warnings),
  };
}

function described({ digest, inputs, name }: Vertex): Partial<StatusResponse['vertexes'][number]> {
  return { digest, inputs: [...inputs], name };
}

function warningOf({ vertex, warning }: BuildEvent & { kind: 'warning' }): StatusResponse['warnings'][number] {
  return {
    vertex,
    level: warning.level,
    short: Buffer.from(warning.short),
    detail: warning.detail === '' ? [] : [Buffer.from(warning.detail)],
    url: warning.url,
    info: { filename: warning.file.name, data: Buffer.from(warning.file.source), language: 'Dockerfile' },
    ranges: warning.lines.map(({ start, end }) => ({ start: { line: start }, end: { line: end } })),
  };
}
