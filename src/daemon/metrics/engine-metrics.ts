// What Prometheus reads of the engine, under the names that dockerd gives it.

import type { Engine } from '../../engine/index.ts';
import type { Handlers } from '../../server/index.ts';
import { Histogram } from './histogram.ts';

/** Operations of the API by the name of the action they are counted as. */
const actions: Readonly<Record<string, string>> = {
  ContainerChanges: 'changes',
  ImageCommit: 'commit',
  ContainerCreate: 'create',
  ContainerDelete: 'delete',
  ContainerStart: 'start',
};

type Watched = Pick<Engine, 'config' | 'containers' | 'events' | 'host'>;

/** Counts what happens; `format` is asked at every scrape. */
export class EngineMetrics {
  readonly #engine: Watched;
  readonly #actions = new Histogram({
    name: 'engine_daemon_container_actions_seconds',
    help: 'The number of seconds it takes to process each container action',
    label: 'action',
    known: Object.values(actions),
  });
  readonly #hostInfo = new Histogram({
    name: 'engine_daemon_host_info_functions_seconds',
    help: 'The number of seconds it takes to call functions gathering info about the host',
    label: 'function',
    known: ['system_info'],
  });

  constructor(engine: Watched) {
    this.#engine = engine;
  }

  /** The handlers with a clock around those that are counted; refused calls count, too, as dockerd's do not. */
  measure(handlers: Handlers): Handlers {
    const groups = Object.entries(handlers).map(([tag, routes]) => [
      tag,
      Object.fromEntries(
        Object.entries(routes).map(([operation, handler]) => [operation, this.#timed(operation, handler)]),
      ),
    ]);
    return Object.fromEntries(groups) as Handlers;
  }

  /** In the text format of Prometheus. */
  format(): string {
    const { config, containers, events, host } = this.#engine;
    const count = { paused: 0, running: 0, stopped: 0 };
    for (const { state } of containers.all()) count[state.Paused ? 'paused' : state.Running ? 'running' : 'stopped']++;
    const states = Object.entries(count).map(([state, value]) => [`{state="${state}"}`, value] as const);
    const facts = {
      ...{ architecture: host.machine(), commit: config.commit, daemon_id: config.id, graphdriver: 'overlay2' },
      ...{ kernel: host.kernelVersion(), os: host.operatingSystem(), os_type: 'linux' },
      ...{ os_version: host.operatingSystemVersion(), version: config.version },
    };
    const labels = Object.entries(facts).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    return [
      this.#actions.format(),
      metric('engine_daemon_container_states_containers', 'gauge', 'The count of containers in various states', states),
      metric('engine_daemon_engine_cpus_cpus', 'gauge', 'The number of cpus that the host system of the engine has', [
        ['', host.cpus()],
      ]),
      metric(
        'engine_daemon_engine_info',
        'gauge',
        'The information related to the engine and the OS it is running on',
        [[`{${labels.join(',')}}`, 1]],
      ),
      metric('engine_daemon_engine_memory_bytes', 'gauge', 'The number of bytes of memory of the host system', [
        ['', host.memoryTotal()],
      ]),
      metric('engine_daemon_events_subscribers_total', 'gauge', 'The number of current subscribers to events', [
        ['', events.listeners],
      ]),
      metric('engine_daemon_events_total', 'counter', 'The number of events logged', [['', events.total]]),
      this.#hostInfo.format(),
      ...processMetrics(host.openFiles()),
    ].join('');
  }

  #timed(operation: string, handler: unknown): unknown {
    const action = actions[operation];
    if (action) return timed(handler, seconds => this.#actions.observe(action, seconds));
    if (operation === 'SystemInfo') return timed(handler, seconds => this.#hostInfo.observe('system_info', seconds));
    return handler;
  }
}

type AnyHandler = (...request: unknown[]) => unknown;

function timed(handler: unknown, observe: (seconds: number) => void): AnyHandler {
  return async (...request) => {
    const started = performance.now();
    try {
      return await (handler as AnyHandler)(...request);
    } finally {
      observe((performance.now() - started) / 1000);
    }
  };
}

function metric(name: string, type: string, help: string, values: readonly (readonly [string, number])[]): string {
  const lines = values.map(([labels, value]) => `${name}${labels} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function processMetrics(openFiles: number): string[] {
  const { user, system } = process.cpuUsage();
  const started = Date.now() / 1000 - process.uptime();
  return [
    metric('process_cpu_seconds_total', 'counter', 'Total user and system CPU time spent in seconds.', [
      ['', (user + system) / 1e6],
    ]),
    metric('process_open_fds', 'gauge', 'Number of open file descriptors.', [['', openFiles]]),
    metric('process_resident_memory_bytes', 'gauge', 'Resident memory size in bytes.', [
      ['', process.memoryUsage.rss()],
    ]),
    metric('process_start_time_seconds', 'gauge', 'Start time of the process since unix epoch in seconds.', [
      ['', Math.round(started * 100) / 100],
    ]),
  ];
}
