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
  /** What is not counted as one: triggers of a base image. */
  #triggers = 0;
  #globals: readonly string[] = [];
  #unusedArgs: readonly string[] = [];
  #at = 0;
  /** Whether the last step with files was known. */
  #cached = false;
  #id = '';

  /** The lines this event makes it possible to print. */
  take(event: BuildEvent): BuildInfo[] {
    switch (event.kind) {
      case 'dockerfile':
        this.#unusedArgs = event.unusedArgs;
        this.#globals = event.globals;
        return [];
      case 'plan':
        this.#add([...this.#globals.map(text => ({ text })), ...event.steps]);
        this.#triggers = event.steps.filter(({ isTrigger }) => isTrigger).length;
        break;
      case 'log':
        this.#log(event);
        break;
      case 'completed':
        for (const step of this.#stepsOf(event.vertex)) {
          step.done = { cached: event.cached, output: event.output ?? '', failed: event.error !== undefined };
        }
        break;
      default:
        return [];
    }
    return this.#print();
  }

  /** At the end of a build that went well, with the image: what nothing had to look at was known already. */
  finish(image: string | undefined): BuildInfo[] {
    for (const step of this.#steps) step.done ??= { cached: true, output: '', failed: false };
    const last = this.#steps.at(-1);
    if (last?.done && image !== undefined) last.done.output = shortId(image);
    const lines = this.#print(true);
    if (this.#unusedArgs.length > 0) {
      const names = this.#unusedArgs.join(' ');
      lines.push({ stream: `[Warning] One or more build-args [${names}] were not consumed\n` });
    }
    return lines;
  }

  #add(steps: readonly PlannedStep[]): void {
    this.#steps.push(
      ...steps.map(step => ({ ...step, announced: false, run: undefined, pending: [], done: undefined })),
    );
  }

  #stepsOf(vertex: string): Step[] {
    return this.#steps.filter(step => step.vertex === vertex);
  }

  #log({ vertex, data, run, stream }: BuildEvent & { kind: 'log' }): void {
    const [step] = this.#stepsOf(vertex);
    if (!step) return;
    if (step.run === undefined) {
      step.run = shortId(run);
      step.pending.push({ stream: ` ---> Running in ${step.run}\n` });
    }
    const text = Buffer.from(data).toString('utf8');
    // Errors are red for every client, terminal or not.
    if (text !== '') step.pending.push({ stream: stream === 'stderr' ? `\x1b[91m${text}\x1b[0m` : text });
  }

  /** The last step is only ended by the end of the build, which gives it the name of the image. */
  #print(isOver = false): BuildInfo[] {
    const lines: BuildInfo[] = [];
    for (let step = this.#steps[this.#at]; step; step = this.#steps[++this.#at]) {
      if (!step.announced) lines.push(...this.#announce(step));
      lines.push(...step.pending.splice(0));
      if ((step.vertex !== undefined && !step.done) || step.done?.failed) return lines;
      if (this.#at === this.#steps.length - 1 && !isOver) return lines;
      lines.push(...this.#end(step));
    }
    return lines;
  }

  #announce(step: Step): BuildInfo[] {
    step.announced = true;
    const before = this.#steps.slice(0, this.#at);
    if (!step.isTrigger) {
      const number = before.filter(({ isTrigger }) => !isTrigger).length + 1;
      return [{ stream: `Step ${number}/${this.#steps.length - this.#triggers} : ${step.text}\n` }];
    }
    if (before.at(-1)?.isTrigger) return [];
    const rest = this.#steps.slice(this.#at);
    const end = rest.findIndex(({ isTrigger }) => !isTrigger);
    const count = end < 0 ? rest.length : end;
    return [{ stream: `# Executing ${count} build trigger${count === 1 ? '' : 's'}\n` }];
  }

  #end(step: Step): BuildInfo[] {
    const isFrom = /^from\s/i.test(step.text);
    const lines: BuildInfo[] = [];
    if (isFrom) this.#cached = false;
    else if (step.vertex !== undefined) this.#cached = step.done?.cached ?? false;
    if (this.#cached) lines.push({ stream: ' ---> Using cache\n' });
    if (step.run !== undefined) lines.push({ stream: ` ---> Removed intermediate container ${step.run}\n` });
    this.#id = step.image ? shortId(step.image) : step.done?.output || this.#id;
    if (isFrom || this.#id !== '') lines.push({ stream: ` ---> ${this.#id}\n` });
    return lines;
  }
}

/** The first twelve digits, with or without an algorithm before them. */
export const shortId = (id: string) => id.slice(id.indexOf(':') + 1).slice(0, 12);
