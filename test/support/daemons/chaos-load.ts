// Clients that do everything a container can have done to it, all the time, on a daemon that is killed again and again.

import type { HostConfig } from '../../../src/api/types/container-config.ts';
import { isFromDaemon } from '../../../src/client/index.ts';
import { errorKind, errorMessage } from '../../../src/lib/errors.ts';
import { encodeTarMember, tarEnd } from '../../../src/lib/tar/writer.ts';
import type { Seeded } from '../seeded.ts';
import { type Engine, text } from './engine.ts';

/** A container that ends by itself with a code that is known beforehand. */
export interface Ender {
  readonly id: string;
  readonly code: number;
  /** The daemon has confirmed the start. */
  started: boolean;
}

/** Runs until `stop`; calls that a dying daemon cuts off are part of it. */
export class ChaosLoad {
  /** Those that were left for the end of the test. */
  readonly enders: Ender[] = [];
  /** Answers no client should get, however the daemon dies. */
  readonly surprises: string[] = [];
  /** Scenarios that came to their end, and those that were cut off. */
  readonly played = { whole: 0, cut: 0 };
  readonly #engine: Engine;
  readonly #random: Seeded;
  #stopped = false;
  #lanes: Promise<void>[] = [];

  constructor(engine: Engine, random: Seeded, clients: number) {
    this.#engine = engine;
    this.#random = random;
    this.#lanes = Array.from({ length: clients }, () => this.#play());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#lanes);
  }

  async #play(): Promise<void> {
    const scenes = [
      () => this.#life(),
      () => this.#ender(),
      () => this.#ender(),
      () => this.#autoRemove(),
      () => this.#published(),
      () => this.#volumes(),
      () => this.#files(),
      () => this.#commit(),
      () => this.#restarting(),
    ];
    while (!this.#stopped) {
      try {
        await this.#random.pick(scenes)();
        this.played.whole++;
      } catch (error) {
        this.played.cut++;
        if (isFromDaemon(error) && errorKind(error) === 'system') this.surprises.push(errorMessage(error));
        // The daemon is away for a moment.
        if (!isFromDaemon(error)) await Bun.sleep(20);
      }
    }
  }

  async #life(): Promise<void> {
    const engine = this.#engine;
    const id = await engine.run('sleep 1000');
    await this.#exec(id);
    await engine.client.call('ContainerPause', { path: { id } });
    await engine.client.call('ContainerUnpause', { path: { id } });
    await engine.client.call('ContainerStop', { path: { id }, query: { t: 0 } });
    await engine.remove(id);
  }

  /** Stays when it has ended: its exit code is asked for at the end of the test. */
  async #ender(): Promise<void> {
    if (this.enders.length >= 60) return await this.#life();
    const code = this.#random.between(1, 120);
    const id = await this.#engine.create(`sleep 0.${this.#random.between(0, 9)}; exit ${code}`);
    const ender = { id, code, started: false };
    this.enders.push(ender);
    await this.#engine.client.call('ContainerStart', { path: { id } });
    ender.started = true;
  }

  async #autoRemove(): Promise<void> {
    const HostConfig: HostConfig = { AutoRemove: true };
    await this.#engine.run(`sleep 0.${this.#random.between(0, 5)}`, { HostConfig, Volumes: { '/anonymous': {} } });
  }

  async #published(): Promise<void> {
    const id = await this.#engine.run('exec sleep 1000', {
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '' }], '53/udp': [{ HostPort: '' }] } },
    });
    await this.#engine.client.call('ContainerRestart', { path: { id }, query: { t: 0 } });
    await this.#engine.remove(id);
  }

  async #volumes(): Promise<void> {
    const name = `chaos-${this.#random.between(1, 4)}`;
    const HostConfig = { Binds: [`${name}:/named`] };
    const id = await this.#engine.run('echo something >/named/file; echo more >/own/file; sleep 1000', {
      HostConfig,
      Volumes: { '/own': {} },
    });
    await this.#engine.remove(id);
  }

  async #files(): Promise<void> {
    const id = await this.#engine.run('sleep 1000');
    const content = Buffer.alloc(this.#random.between(1, 400_000), 7);
    const body = Buffer.concat([encodeTarMember({ type: 'file', name: 'put' }, content), tarEnd()]);
    const { client } = this.#engine;
    await client.call('PutContainerArchive', { path: { id }, query: { path: '/tmp' }, body });
    const got = await client.stream('ContainerArchive', { path: { id }, query: { path: '/tmp/put' } });
    await text(got.body);
    await this.#engine.remove(id);
  }

  async #commit(): Promise<void> {
    const id = await this.#engine.run('echo new >/new; exec sleep 1000');
    const tag = String(this.#random.between(1, 1000));
    await this.#engine.client.call('ImageCommit', { query: { container: id, repo: 'chaos', tag } });
    await this.#engine.remove(id);
    await this.#engine.client.call('ImageDelete', { path: { name: `chaos:${tag}` } });
  }

  async #restarting(): Promise<void> {
    const RestartPolicy = { Name: 'on-failure', MaximumRetryCount: 3 } as const;
    const id = await this.#engine.run('sleep 0.1; exit 2', { HostConfig: { RestartPolicy } });
    await Bun.sleep(this.#random.between(0, 300));
    await this.#engine.remove(id);
  }

  async #exec(id: string): Promise<void> {
    const { client } = this.#engine;
    const exec = await client.call('ContainerExec', { path: { id }, body: { Cmd: ['true'], AttachStdout: true } });
    const { socket } = await client.hijack('ExecStart', { path: { id: exec.Id }, body: {} });
    await new Promise(resolve => socket.once('close', resolve).on('error', resolve).on('end', resolve).resume());
    socket.destroy();
  }
}
