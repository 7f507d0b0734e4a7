// One run of a container's probe: an exec like any other, with a time limit and a short memory for output.

import type { HealthcheckResult } from '../../../api/types/containers.ts';
import { longestTimer } from '../../../lib/concurrency/longest-timer.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { formatDuration } from '../../../lib/text/duration.ts';
import type { Process } from '../../../runtime/index.ts';
import type { Engine } from '../../engine.ts';
import { createExec, launchExec } from '../../exec/exec.ts';
import type { Container } from '../state/container.ts';
import type { HealthPlan } from './health-plan.ts';
import { LimitedText } from './limited-text.ts';

const SIGKILL = 9;

/** Runs it once; a probe that cannot be run or takes too long has exit code -1. Ends early, killed, with `signal`. */
export async function runProbe(
  engine: Engine,
  container: Container,
  plan: HealthPlan,
  signal: AbortSignal,
): Promise<HealthcheckResult> {
  const start = new Date().toISOString();
  const { code, output } = await execute(engine, container, plan, signal).catch(error => ({
    code: -1,
    output: errorMessage(error),
  }));
  return { Start: start, End: new Date().toISOString(), ExitCode: code, Output: output };
}

async function execute(engine: Engine, container: Container, plan: HealthPlan, signal: AbortSignal) {
  const config = { Cmd: plan.command, AttachStdout: true, AttachStderr: true };
  const exec = engine.execs.get(createExec(engine, container.id, config).Id);
  exec.started = true;
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<'late' | 'cancelled'>();
  const timer = setTimeout(() => interrupt('late'), Math.min(plan.timeout, longestTimer));
  const cancel = () => interrupt('cancelled');
  signal.addEventListener('abort', cancel, { once: true });
  const text = new LimitedText();
  try {
    const { process, ended } = await launchExec(engine, container, exec, { probe: true });
    // Nobody asks for the exit code of a probe's exec, and there are many of them.
    void ended.then(() => engine.execs.delete(exec.id));
    const end = await Promise.race([runToEnd(process, text, interrupted), interrupted]);
    if (typeof end === 'number') return { code: end, output: text.toString() };
    const said = text.toString();
    const late = `Health check exceeded timeout (${formatDuration(plan.timeout * 1e6)})`;
    return { code: -1, output: said === '' ? late : `${late}: ${said}` };
  } catch (error) {
    engine.execs.delete(exec.id);
    container.execIds.delete(exec.id);
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}

/** The exit code. When it is interrupted the process is killed; what that leaves running is not waited for. */
async function runToEnd(process: Process, text: LimitedText, interrupted: Promise<unknown>): Promise<number> {
  const session = await process.attach({ stdin: false }).catch(async error => {
    // Its container is gone: what waits to be started would wait forever.
    await process.delete();
    throw error;
  });
  try {
    const reading = collect(session.output, text);
    await process.start();
    void interrupted.then(() => {
      process.signal(SIGKILL);
      session.close();
    });
    const { code } = await process.exited;
    await reading;
    return code;
  } finally {
    session.close();
  }
}

async function collect(output: AsyncIterable<{ data: Buffer }>, text: LimitedText): Promise<void> {
  for await (const { data } of output) text.push(data);
}
