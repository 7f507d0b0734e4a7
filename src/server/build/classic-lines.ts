// The progress of a build in the words of the classic builder, which prints one step after the other.
import type { BuildInfo } from '../../api/types/build.ts';
import type { BuildEvent, PlannedStep } from '../../builder/index.ts';

/** What is known of one step and not printed yet. */
interface Step extends PlannedStep {
  announced: boolean;
  /** The container of a RUN that is running. */
  run: string | undefined;
  pending: BuildInfo[];
  done: { cached: boolean; output: string; failed: boolean } | undefined;
}

/** Feed it all events in order. Steps that run beside each other are held back, so that each is printed whole. */
export class ClassicLines {
  readonly #steps: Step[] = [];
  #at = 0;
  #id = '';

  /** The lines this event makes it possible to print. */
  take(event: BuildEvent): BuildInfo[] {
    switch (event.kind) {
      case 'plan':
        this.#steps.push(
          ...event.steps.map(step => ({ ...step, announced: false, run: undefined, pending: [], done: undefined })),
        );
        break;
      case 'log':
        this.#log(event);
        break;
      case 'completed':
        for (const step of this.#stepsOf(event.vertex)) {
          step.done = { cached: event.cached, output: event.output ?? '', failed: event.error !== undefined };
        }
        break;
      case 'status':
        return this.#steps.length === 0 ? [transfer(event)] : [];
      default:
        return [];
    }
    return this.#print();
  }

  /** At the end of a build that went well: what nothing had to look at was known already. */
  finish(): BuildInfo[] {
    for (const step of this.#steps) step.done ??= { cached: true, output: '', failed: false };
    return this.#print();
  }

  #stepsOf(vertex: string): Step[] {
    return this.#steps.filter(step => step.vertex === vertex);
  }

  #log({ vertex, data, run }: BuildEvent & { kind: 'log' }): void {
    const [step] = this.#stepsOf(vertex);
    if (!step) return;
    if (step.run === undefined) {
      step.run = shortId(run);
      step.pending.push({ stream: ` ---> Running in ${step.run}\n` });
    }
    if (data.length > 0) step.pending.push({ stream: Buffer.from(data).toString('utf8') });
  }

  #print(): BuildInfo[] {
    const lines: BuildInfo[] = [];
    for (let step = this.#steps[this.#at]; step; step = this.#steps[++this.#at]) {
      if (!step.announced) {
        step.announced = true;
        lines.push({ stream: `Step ${this.#at + 1}/${this.#steps.length} : ${step.text}\n` });
      }
      lines.push(...step.pending.splice(0));
      const isFirst = this.#at === 0;
      if (step.vertex !== undefined && !step.done) return lines;
      if (step.done?.failed) return lines;
      if (step.done?.cached && !isFirst && !/^from\s/i.test(step.text)) lines.push({ stream: ' ---> Using cache\n' });
      if (step.run !== undefined) lines.push({ stream: ` ---> Removed intermediate container ${step.run}\n` });
      this.#id = step.done?.output || this.#id;
      if (this.#id !== '') lines.push({ stream: ` ---> ${this.#id}\n` });
    }
    return lines;
  }
}

/** The first twelve digits, with or without an algorithm before them. */
export const shortId = (id: string) => id.slice(id.indexOf(':') + 1).slice(0, 12);

function transfer({ id, current, total }: BuildEvent & { kind: 'status' }): BuildInfo {
  return { id, status: 'Downloading', progressDetail: { current, total } };
}
